"""Access of the company switcher: everybody's own choice among the companies that he may see."""

from apps.core.surfaces import PERSONAL, declare

declare({"work_in_company": PERSONAL})
