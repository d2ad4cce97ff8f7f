// One engine task of a page that is no calculator: staged progress, cancel, problems as one list.
import { h } from "./dom.js";
import { Cancelled, call, cancel, idle, ready } from "./engine.js";

/** Runs `method` and resolves to its result; null when it was cancelled or refused. */
export class Task {
  constructor(root, t) {
    Object.assign(this, { root, t });
    this.bar = root.querySelector(".sc-progress");
    this.bar.querySelector('[data-action="cancel"]').addEventListener("click", () => cancel());
  }

  status(text, fraction) {
    this.bar.querySelector(".sc-stage").textContent = text;
    const progress = this.bar.querySelector("progress");
    if (fraction === undefined) progress.removeAttribute("value");
    else progress.value = fraction;
  }

  problems(list) {
    const box = this.root.querySelector(".sc-problems");
    const text = ({ where, message, smallest_fix: fix }) =>
      [where && `${where}:`, message, fix].filter(Boolean).join(" ");
    box.querySelector("ul").replaceChildren(...list.map((problem) => h("li", {}, text(problem))));
    box.hidden = list.length === 0;
    if (list.length > 0) box.focus();
  }

  async run(tier, method, request, stage) {
    this.problems([]);
    this.bar.hidden = false;
    try {
      await idle();
      await ready(tier, this.t, (...news) => this.status(...news));
      this.status(this.t("stageRun"));
      const answer = await call(method, [request], ({ done, total }) =>
        this.status(this.t(stage, { done, total }), total ? done / total : undefined),
      );
      if (answer.ok) return answer.result;
      this.problems(answer.error.problems);
    } catch (error) {
      if (!(error instanceof Cancelled))
        this.problems([{ message: this.t("errRuntime", { reason: error.message }) }]);
    } finally {
      this.bar.hidden = true;
    }
    return null;
  }
}
