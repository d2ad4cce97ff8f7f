// Answers kept to be put side by side; the table and the charts are made by the engine.
import { h, table } from "./dom.js";
import { call } from "./engine.js";
import { drawAll, figure } from "./results.js";

const MOST = 3; // and the answer now shown makes four

const slim = ({ calculator, inputs, results, engine_version, data_version }) => ({
  calculator,
  inputs,
  results,
  engine_version,
  data_version,
});

export class Comparison {
  constructor(root, id, lang, t) {
    Object.assign(this, { root, lang, t, key: `smartcharge:kept:${id}`, kept: [], release: () => {} });
    try {
      this.kept = JSON.parse(sessionStorage.getItem(this.key) ?? "[]");
    } catch {
      this.kept = [];
    }
    this.list();
  }

  /** Keep an answer; false when there is no room. */
  keep(result, name) {
    if (this.kept.length >= MOST) return false;
    this.kept.push({ name: name ?? this.t("nth", { n: this.kept.length + 1 }), result: slim(result) });
    this.store();
    return true;
  }

  remove(index) {
    this.kept.splice(index, 1);
    this.store();
  }

  rename(index, name) {
    this.kept[index].name = name.trim() || this.t("nth", { n: index + 1 });
    this.store();
  }

  store() {
    try {
      sessionStorage.setItem(this.key, JSON.stringify(this.kept));
    } catch {
      // a browser that forbids storage keeps them until the page is left
    }
    this.list();
  }

  list() {
    const items = this.kept.map(({ name }, index) =>
      h(
        "li",
        { class: "sc-row" },
        h(
          "label",
          {},
          `${this.t("keptName")} `,
          h("input", { value: name, "data-kept": index, maxlength: 40, autocomplete: "off" }),
        ),
        h(
          "button",
          { type: "button", class: "sc-button sc-quiet", "data-action": "drop", "data-index": index },
          this.t("remove"),
        ),
      ),
    );
    this.root.querySelector(".sc-kept").replaceChildren(...items);
  }

  /** Put the kept answers beside the one now shown; nothing when it is one of them. */
  async show(current) {
    const box = this.root.querySelector(".sc-compared");
    const same = (result) => JSON.stringify(result.inputs) === JSON.stringify(current.inputs);
    const others = this.kept.filter(
      ({ result }) => !same(result) || result.engine_version !== current.engine_version,
    );
    this.release();
    if (others.length === 0) {
      box.replaceChildren();
      return;
    }
    const shown = [...others, { name: this.t("now"), result: slim(current) }];
    const request = {
      results: shown.map(({ result }) => result),
      names: shown.map(({ name }) => name),
      lang: this.lang,
    };
    const answer = await call("calculators.compare", [JSON.stringify(request)]);
    if (!answer.ok) {
      box.replaceChildren(h("p", {}, answer.error.problems.map(({ message }) => message).join(" ")));
      return;
    }
    const { table: main, inputs, charts } = answer.result;
    box.replaceChildren(
      table(main.title, main.columns, main.rows),
      inputs.rows.length > 0 ? table(inputs.title, inputs.columns, inputs.rows) : "",
      ...charts.map((chart) => figure(chart, null, String, this.t)),
    );
    this.release = await drawAll(box, charts);
  }
}
