// The tender wizard: questions on one side, what applies on the other, documents as one file.
import { download, h } from "./dom.js";
import { Task } from "./engine-run.js";
import { readFile } from "./file.js";
import { pretty } from "./numbers.js";
import { parse, read, UNKNOWN, write } from "./tender-answers.js";
import { take } from "./tender-results.js";
import { translator } from "./words.js";

const KEY = "smartcharge:tender";
const LEVELS = ["must", "should", "bonus"];

export class Wizard {
  constructor(root, signal) {
    const lang = root.dataset.lang;
    Object.assign(this, { root, signal, lang, t: translator(lang), kept: {}, at: 0, live: false });
    this.form = root.querySelector("form");
    this.examples = JSON.parse(root.querySelector(".tw-data").content.textContent);
    this.questions = [...root.querySelectorAll(".tw-question")];
    this.task = new Task(root, this.t);
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  start() {
    const on = (target, type, handler) => target.addEventListener(type, handler, { signal: this.signal });
    on(this.root, "keydown", (event) => event.stopPropagation());
    on(this.form, "submit", (event) => event.preventDefault());
    on(this.root, "change", (event) => this.change(event.target));
    on(this.form, "input", ({ target }) => {
      if (target.matches("textarea, .tw-line input")) this.edited(); // nothing typed waits to be kept
    });
    on(this.root, "click", ({ target }) => {
      const actions = {
        preview: () => this.preview(),
        write: () => this.write(),
        save: () => this.save(),
        clear: () => this.open({}),
        back: () => this.step(-1),
        next: () => this.step(1),
      };
      actions[target.closest("[data-action]")?.dataset.action]?.();
    });
    this.root.classList.add("tw-on");
    const saved = this.stored();
    write(this.form, saved ?? {});
    this.kept = saved ?? {};
    if (saved) this.say(this.t("answersRestored"));
    this.results();
    this.weigh();
  }

  say(text) {
    this.part(".tw-status").textContent = text;
  }

  stored() {
    try {
      return parse(localStorage.getItem(KEY) ?? "");
    } catch {
      return null;
    }
  }

  async change(target) {
    if (target.name === "tw-view") {
      this.root.classList.toggle("tw-one", target.value === "one");
      this.step(0);
      return;
    }
    if (target.name === "example") {
      if (target.value) this.open(this.examples[target.value]);
      return;
    }
    if (target.matches(".tw-open")) {
      await this.openFile(target);
      return;
    }
    if (target.name === "format") return;
    if (target.dataset.open) {
      this.fillOpen(target);
      return;
    }
    this.exclusive(target);
    this.edited();
  }

  /** "I don't know" and an answer exclude each other where several answers may be ticked. */
  exclusive(target) {
    const question = target.closest(".tw-question");
    if (!question || target.type !== "checkbox") return;
    const boxes = [...question.querySelectorAll("input")];
    const unknown = boxes.find((box) => box.value === UNKNOWN);
    if (target === unknown && unknown.checked) for (const box of boxes) box.checked = box === unknown;
    else if (target.checked) unknown.checked = false;
    if (boxes.every((box) => !box.checked)) unknown.checked = true;
  }

  edited() {
    this.weigh();
    const { content } = this.content();
    try {
      localStorage.setItem(KEY, JSON.stringify(content));
    } catch {
      // a browser that forbids storage keeps the answers until the page is left
    }
    if (this.live) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.preview(), 300);
    }
  }

  content() {
    const found = read(this.form, this.kept, this.t);
    if (this.handed.length > 0) found.content.results = this.handed;
    else delete found.content.results;
    return found;
  }

  weigh() {
    const { content } = read(this.form, this.kept, this.t);
    const sum = Object.values(content.weights).reduce((total, value) => total + value, 0);
    this.part(".tw-sum").textContent = sum ? this.t("weightsSum", { sum: pretty(sum, this.lang) }) : "";
  }

  /** Answers handed over by calculators of this visit. */
  results() {
    this.handed = take();
    const items = this.handed.map(({ calculator, headline, scenario_hash: hash }) =>
      h("li", {}, `${calculator} (${hash}): ${headline ?? ""}`),
    );
    this.part(".tw-kept").replaceChildren(...(items.length ? items : [h("li", {}, this.t("numbersNone"))]));
  }

  open(content) {
    this.kept = structuredClone(content);
    write(this.form, content);
    this.edited();
  }

  async openFile(target) {
    const [file] = target.files;
    if (!file) return;
    const found = await readFile(file, this.t);
    target.value = "";
    const content = found.problem ? null : parse(found.text);
    if (content === null) this.task.problems([{ message: found.problem ?? this.t("answersBad") }]);
    else this.open(content);
  }

  step(by) {
    this.at = Math.min(Math.max(this.at + by, 0), this.questions.length - 1);
    for (const [index, question] of this.questions.entries())
      question.classList.toggle("tw-current", index === this.at);
    this.part(".tw-place").textContent = this.t("place", { n: this.at + 1, total: this.questions.length });
    if (by !== 0) this.questions[this.at].focus();
  }

  asked() {
    const { content, problems } = this.content();
    this.task.problems(problems.map((message) => ({ message })));
    return problems.length > 0 ? null : content;
  }

  async preview() {
    const content = this.asked();
    if (!content) return;
    const found = await this.task.run(
      "office",
      "tender.preview",
      JSON.stringify(this.named(content)),
      "stageStep",
    );
    if (!found) return;
    this.live = true;
    this.show(found);
  }

  /** The engine refuses a buyer without a name; what applies can be looked at before one is given. */
  named(content) {
    return { ...content, buyer: { ...content.buyer, name: content.buyer.name || "–" } };
  }

  show(found) {
    const count = (level) => found.requirements.filter((item) => item.level === level).length;
    this.say(
      this.t("applies", {
        n: found.requirements.length,
        must: count("must"),
        should: count("should"),
        bonus: count("bonus"),
        law: found.requirements.filter((item) => item.by_law).length,
        open: found.open.length,
      }),
    );
    const box = this.part(".tw-preview");
    const opened = [...box.querySelectorAll("details[open]")].map((element) => element.dataset.part);
    const problems = found.problems.map(({ message, smallest_fix: fix }) => h("li", {}, `${message} ${fix}`));
    const left = Object.entries(found.left_out).map(([id, why]) => h("li", {}, h("b", {}, id), ` ${why}`));
    box.replaceChildren(
      problems.length
        ? h("div", { class: "sc-warnings" }, h("h3", {}, this.t("doesNotFit")), h("ul", {}, ...problems))
        : "",
      ...LEVELS.map((level) =>
        this.level(
          level,
          found.requirements.filter((item) => item.level === level),
        ),
      ),
      this.fold(
        "open",
        this.t("openPlaces", { n: found.open.length }),
        found.open.map((place) => this.place(place)),
      ),
      this.fold("left", this.t("leftOut", { n: left.length }), [h("ul", {}, ...left)]),
    );
    for (const element of box.querySelectorAll("details"))
      element.open = opened.includes(element.dataset.part);
  }

  fold(part, title, children) {
    return h("details", { "data-part": part }, h("summary", {}, title), ...children);
  }

  level(level, items) {
    const rows = items.map((item) =>
      h(
        "li",
        {},
        h("b", {}, `${item.id} ${item.title}`),
        item.by_law ? h("span", { class: "tw-law" }, ` ${this.t("byLaw")}`) : "",
        h("span", {}, ` ${item.text}`),
        h("small", {}, ` ${this.t("whyOn")}: ${item.why.join("; ")}`),
      ),
    );
    return this.fold(level, `${this.t(`level_${level}`)} (${items.length})`, [h("ul", {}, ...rows)]);
  }

  /** One open place with its control; what is typed is kept with the answers. */
  place({ key, label, unit, suggestion, definition }) {
    const attributes = { "data-open": key, autocomplete: "off", placeholder: suggestion };
    const control =
      definition.kind === "choice"
        ? h(
            "select",
            attributes,
            h("option", { value: "" }, ""),
            ...definition.options.map((name) => h("option", {}, name)),
          )
        : h("input", { ...attributes, "data-kind": definition.kind, maxlength: 200 });
    const note = suggestion ? h("small", {}, ` ${this.t("suggested", { value: suggestion })}`) : "";
    return h(
      "label",
      { class: "tw-line" },
      `${key.split(".")[0]}: ${label}${unit ? ` [${unit}]` : ""}`,
      note,
      control,
    );
  }

  fillOpen(target) {
    const text = target.value.trim();
    const parameters = { ...this.kept.parameters };
    const number = Number(text.replace(",", "."));
    if (text === "") delete parameters[target.dataset.open];
    else
      parameters[target.dataset.open] =
        target.dataset.kind === "number" && !Number.isNaN(number) ? number : text;
    this.kept.parameters = parameters;
    this.edited();
  }

  async write() {
    const content = this.asked();
    if (!content) return;
    const formats = [...this.root.querySelectorAll('[name="format"]:checked')].map((box) => box.value);
    const request = JSON.stringify({ answers: content, formats });
    const found = await this.task.run("office", "tender.write", request, "stageWrite");
    if (!found) return;
    const bytes = Uint8Array.from(atob(found.zip), (letter) => letter.charCodeAt(0));
    const name = `${(content.buyer.reference || "tender").toLowerCase().replace(/[^a-z0-9]+/g, "-")}.zip`;
    download(name, bytes, "application/zip");
    this.say(this.t("written", { n: found.names.length, name }));
  }

  save() {
    const { content } = this.content();
    download("tender-answers.json", JSON.stringify(content, null, 2), "application/json");
  }
}
