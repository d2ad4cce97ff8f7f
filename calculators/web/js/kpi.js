// The KPI check: the tender and the operator's files, read and judged on this device.
import { h, table } from "./dom.js";
import { Task } from "./engine-run.js";
import { readFile } from "./file.js";
import { pretty } from "./numbers.js";
import { translator } from "./words.js";

export class KpiCheck {
  constructor(root, signal) {
    const lang = root.dataset.lang;
    Object.assign(this, { root, signal, lang, t: translator(lang) });
    this.form = root.querySelector("form");
    this.task = new Task(root, this.t);
  }

  start() {
    this.root.classList.add("tw-on");
    this.form.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        this.check();
      },
      { signal: this.signal },
    );
  }

  async check() {
    const [contract] = this.form.elements.tender.files;
    const logs = [...this.form.elements.logs.files];
    if (!contract || logs.length === 0) {
      this.task.problems([{ message: this.t("checkNothing") }]);
      return;
    }
    const read = await Promise.all([contract, ...logs].map((file) => readFile(file, this.t)));
    const wrong = read.filter(({ problem }) => problem);
    if (wrong.length > 0) {
      this.task.problems(wrong.map(({ problem }) => ({ message: problem })));
      return;
    }
    const [{ text: tender }, ...files] = read;
    const found = await this.task.run(
      "core",
      "tender.check",
      JSON.stringify({ tender, logs: files }),
      "stageRows",
    );
    if (found) this.show(found);
  }

  show({ verdicts, files }) {
    const count = (verdict) => verdicts.filter((item) => item.verdict === verdict).length;
    const facts = { pass: count("pass"), fail: count("fail"), open: count("not decidable") };
    this.root.querySelector(".tw-status").textContent = this.t("checked", facts);
    const rows = verdicts.map((item) => [
      `${item.id} ${item.name}`,
      this.t(`verdict_${item.verdict}`),
      item.value === null ? "–" : `${pretty(item.value, this.lang, 2)} ${item.unit}`.trim(),
      item.target || "–",
      item.why,
    ]);
    const columns = ["kpi", "verdict", "value", "target", "why"].map((key) => this.t(key));
    const lines = [this.t("line"), this.t("why")];
    const behind = verdicts
      .filter((item) => item.rows.length > 0)
      .map((item) =>
        h(
          "details",
          {},
          h("summary", {}, `${item.id}: ${this.t("rowsBehind", { n: item.count })}`),
          table(`${item.id} ${item.name}`, lines, item.rows),
        ),
      );
    const used = files.flatMap((file) => [
      h("p", {}, this.t("fileUsed", { ...file, bad: file.malformed_count })),
      file.malformed.length > 0 ? table(this.t("malformed", file), lines, file.malformed) : "",
    ]);
    this.root
      .querySelector(".tw-verdicts")
      .replaceChildren(table(this.t("check"), columns, rows), ...behind, ...used);
  }
}
