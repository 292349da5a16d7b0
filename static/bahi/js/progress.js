// Progress of a background job: a dialog that may be left while the work goes on.
// Jobs: GET /api/v1/jobs/<id>/ → {id, status, done, total, progress, message, error, result_url}, live by bahi:job.progress.

import { ApiError, get } from "./api.js";
import { openDialog } from "./dialog.js";
import { el, fill, safeUrl } from "./dom.js";
import { t } from "./text.js";
import { toast } from "./toast.js";

const POLL = 1500;
const ENDED = { succeeded: true, success: true, done: true, finished: true, failed: false, error: false, cancelled: false };

function percentOf(job) {
  if (job.progress !== undefined && job.progress !== null) return Math.round(Number(job.progress));
  return job.total ? Math.floor((100 * Number(job.done || 0)) / Number(job.total)) : null;
}

function body(job) {
  const percent = percentOf(job);
  const ended = job.status in ENDED;
  const text = job.error || job.message || (job.status === "queued" || job.status === "waiting" ? t("job_waiting") : t("job_running"));
  const bar = el("progress", { class: "bahi-progress", max: 100, "aria-label": text, ...(percent === null && !ended ? {} : { value: ended && ENDED[job.status] ? 100 : percent || 0 }) });
  const count = job.total ? el("p", { class: "bahi-progress__count", text: `${job.done || 0} / ${job.total}` }) : null;
  const link = ended && safeUrl(job.result_url) ? el("p", {}, el("a", { class: "bahi-link", href: safeUrl(job.result_url), text: t("done") })) : null;
  return [bar, el("p", { class: ended && !ENDED[job.status] ? "bahi-form-error" : "", role: "status", text }), count, link];
}

/** Follow a job (its id, or its first representation) until it ends; onChange(job) hears each step. */
export function followJob(first, onChange) {
  const id = typeof first === "object" ? first.id : first;
  return new Promise((resolve) => {
    let over = false;
    let timer = 0;
    const take = (job) => {
      if (over) return;
      onChange(job);
      if (!(job.status in ENDED)) return;
      over = true;
      clearTimeout(timer);
      window.removeEventListener("bahi:job.progress", heard);
      resolve(job);
    };
    const heard = ({ detail }) => String(detail.data?.id ?? detail.data?.job) === String(id) && take({ id, ...detail.data });
    const poll = async () => {
      try {
        take((await get(`/api/v1/jobs/${id}/`)).data);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 404 || error.status === 403) take({ id, status: "failed", error: error.message });
      }
      if (!over) timer = setTimeout(poll, POLL);
    };
    window.addEventListener("bahi:job.progress", heard);
    if (typeof first === "object") onChange(first);
    poll();
  });
}

/** Show a job in a dialog. Gives the ended job, or null when the person left it to go on alone. */
export async function watchJob(first, { title = t("job_running") } = {}) {
  const box = el("div", { class: "bahi-job" });
  fill(box, body(typeof first === "object" ? first : { status: "queued" }));
  let left = false;
  let close = null;
  const ended = followJob(first, (job) => fill(box, body(job))).then((job) => {
    const good = ENDED[job.status];
    if (left) toast(good ? job.message || t("done") : job.error || t("job_failed"), { tone: good ? "success" : "danger", url: safeUrl(job.result_url), seconds: 12 });
    else if (good && !job.result_url) close?.("ended");
    return job;
  });
  const chosen = await openDialog({ title, body: box, size: "sm", actions: [{ label: t("continue_background"), value: "" }], onOpen: ({ finish }) => (close = finish) });
  left = chosen === null;
  return chosen === "ended" ? ended : null;
}

/** <div data-bahi-job="12"> shows the job's progress in place; a reload happens when data-reload is set. */
export function startJobs(root = document) {
  root.querySelectorAll("[data-bahi-job]:not([data-watched])").forEach((host) => {
    host.dataset.watched = "true";
    followJob(host.dataset.bahiJob, (job) => fill(host, body(job))).then(() => host.dataset.reload !== undefined && window.location.reload());
  });
}
