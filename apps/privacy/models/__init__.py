from apps.privacy.models.consent import Consent, ConsentMeans, Purpose
from apps.privacy.models.request import PersonalRequest, RequestState, RequestWhat

__all__ = ["Consent", "ConsentMeans", "PersonalRequest", "Purpose", "RequestState", "RequestWhat"]
