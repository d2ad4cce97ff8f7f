// One calculator on the page: joins form, engine, result, link, scenario and files.
import { Comparison } from "./compare.js";
import { download } from "./dom.js";
import { Cancelled, call, cancel, idle, ready } from "./engine.js";
import { toCsv, toPng, toSvg } from "./export.js";
import { readBytes, readFile, sha256 } from "./file.js";
import { Form } from "./form.js";
import { decode, encode, LINK_LIMIT } from "./link.js";
import { bothResults, findings, show } from "./results.js";
import { autosave, fromScenario, saved, toScenario } from "./scenario.js";
import { hand } from "./tender-results.js";
import { translator } from "./words.js";

const LIVE_MS = 300;
const DEBOUNCE_MS = 250;

export class Calculator {
  constructor(root, signal) {
    const data = JSON.parse(root.querySelector(".sc-data").content.textContent);
    Object.assign(this, { root, signal, definition: data.definition, result: data.result });
    this.lang = root.dataset.lang;
    this.t = translator(this.lang);
    this.form = new Form(root, this.definition, this.lang, this.t);
    this.comparison = new Comparison(root, this.definition.id, this.lang, this.t);
    this.files = {};
    this.fileNames = {};
    this.fileHashes = {};
    this.run = 0;
    this.lastMs = Infinity;
    this.changed = {};
    this.fileVersion = 0;
    this.shown = this.key(); // the inputs the shown answer belongs to; at first the example's
  }

  /** What the next run would compute, as text to compare. */
  key() {
    return JSON.stringify([
      this.changed,
      this.fileNames,
      Object.keys(this.files).length ? this.fileVersion : 0,
    ]);
  }

  part(selector) {
    return this.root.querySelector(selector);
  }

  on(target, type, handler) {
    target.addEventListener(type, handler, { signal: this.signal });
  }

  async start() {
    const { root } = this;
    // the theme's single-key shortcuts (comma, point, n, p) must never leave a half-filled form
    this.on(root, "keydown", (event) => event.stopPropagation());
    this.on(root, "click", (event) => this.click(event));
    const form = this.part("form");
    this.on(form, "submit", (event) => {
      event.preventDefault();
      this.calculate(true);
    });
    this.on(form, "input", (event) => {
      if (event.target.closest(".sc-unknown")) this.form.toggle(event.target);
      if (event.target.type !== "file" && event.target.name !== "sc-view") this.edited();
    });
    this.on(form, "change", (event) => this.change(event));
    this.on(this.part(".sc-kept"), "change", ({ target }) => {
      this.comparison.rename(Number(target.dataset.kept), target.value);
      this.compare();
    });
    for (const intent of ["focusin", "pointerdown"]) this.on(form, intent, () => this.warm());
    this.on(window, "hashchange", () => this.restoreLink());
    this.on(window, "popstate", () => this.restoreLink());
    this.on(this.signal, "abort", () => this.leave());
    root.classList.add("sc-live");
    this.setView("simple");
    this.refresh();
    if (!(await this.restoreLink())) this.restoreSaved();
  }

  /** Another page is shown: nothing of this one may keep the engine busy. */
  leave() {
    clearTimeout(this.timer);
    if (this.root.ariaBusy === "true") cancel();
  }

  warm() {
    // intent only: a failure here is shown when the reader runs
    ready(this.definition.tier, this.t).catch(() => {});
  }

  click(event) {
    const focus = event.target.closest("[data-focus]");
    if (focus) {
      event.preventDefault();
      document.getElementById(focus.dataset.focus)?.focus();
    }
    const { action, index, name } = event.target.closest("[data-action]")?.dataset ?? {};
    const actions = {
      cancel: () => this.cancel(),
      retry: () => this.calculate(true),
      reset: () => this.reset(name),
      "reset-all": () => this.reset(),
      share: () => this.share(),
      save: () => this.save(),
      "csv-chart": () => this.csv(this.result.charts[index].title, this.result.charts[index].table),
      "csv-table": () => this.csv(this.result.tables[index].title, this.result.tables[index]),
      svg: () => this.svg(index),
      png: () => this.png(index),
      keep: () => this.keep(),
      print: () => print(),
      recheck: () => this.recheck(),
      tender: () => this.announce(this.t(hand(this.result) ? "toTenderDone" : "errStorage")),
      drop: () => this.drop(Number(index)),
    };
    actions[action]?.();
  }

  async change({ target }) {
    if (target.name === "sc-view") this.setView(target.value);
    else if (target.matches(".sc-open")) await this.openScenario(target);
    else if (target.type === "file") await this.openFile(target);
    else if (target.tagName === "SELECT" && this.files[target.name]) {
      this.clearFiles();
      this.edited();
    }
  }

  setView(view) {
    this.part("form").dataset.view = view;
  }

  refresh() {
    const { values, problems } = this.form.read();
    this.form.show(problems);
    this.changed = this.form.showChanged(values);
    return { values, problems };
  }

  edited() {
    const { problems } = this.refresh();
    this.judge(problems);
    autosave(this.definition.id, this.changed);
    clearTimeout(this.timer);
    if (problems.length > 0) return;
    this.form.summary([]);
    if (this.lastMs < LIVE_MS) this.timer = setTimeout(() => this.calculate(false), DEBOUNCE_MS);
  }

  /** Mark the shown answer when it is not the answer to what the form holds now. */
  judge(problems) {
    const yes = problems.length > 0 || this.key() !== this.shown;
    this.part(".sc-output").classList.toggle("sc-stale", yes);
    this.part(".sc-stale-note").hidden = !yes;
  }

  reset(name) {
    const { values } = this.form.read();
    const kept = name
      ? { ...values, [name]: this.form.inputs.find((input) => input.name === name).default }
      : {};
    if (!name) this.clearFiles();
    this.form.set(kept);
    this.edited();
  }

  clearFiles() {
    this.files = {};
    this.fileNames = {};
    this.fileHashes = {};
    this.fileVersion += 1;
    for (const input of this.root.querySelectorAll(".sc-field input[type=file]")) {
      input.value = "";
      input.closest(".sc-field").querySelector(".sc-file-name").textContent = "";
      input.closest(".sc-field").querySelector(".sc-audit").replaceChildren();
      input.closest(".sc-field").querySelector(".sc-recheck").hidden = true;
    }
  }

  status(text, fraction) {
    this.part(".sc-stage").textContent = text;
    const bar = this.part("progress");
    if (fraction === undefined) bar.removeAttribute("value");
    else bar.value = fraction;
  }

  busy(yes) {
    this.part(".sc-progress").hidden = !yes;
    this.root.setAttribute("aria-busy", String(yes));
  }

  announce(text, heardOnly = false) {
    this.part(".sc-status").textContent = text;
    this.part(".sc-status").classList.toggle("sc-heard", heardOnly);
  }

  problems(list, focus) {
    const box = this.form.summary(list);
    if (focus && list.length > 0) box.focus();
  }

  async calculate(asked) {
    clearTimeout(this.timer); // a run asked for takes the place of one that waits
    const { values, problems } = this.refresh();
    this.problems(problems, asked);
    if (problems.length > 0) return;
    this.run += 1;
    const run = this.run;
    const current = () => run === this.run && !this.signal.aborted;
    const wanted = () => current() && run !== this.stopped;
    this.part(".sc-failure").hidden = true;
    if (asked) {
      cancel(); // the reader wants the newest inputs: what still runs is not waited for
      this.busy(true);
    }
    const key = this.key();
    try {
      await idle();
      await ready(this.definition.tier, this.t, (...news) => wanted() && this.status(...news));
      if (!wanted()) return;
      this.status(this.t("stageRun"));
      const began = performance.now();
      const request = JSON.stringify({
        inputs: { ...this.changed, ...this.fileNames },
        lang: this.lang,
        seed: 1,
      });
      const answer = await call(
        "calculators.run",
        [this.definition.id, request, this.files],
        ({ done, total }) => {
          if (wanted()) this.status(this.t("stageStep", { done, total }), total ? done / total : undefined);
        },
      );
      // a cancelled run still answers when it finished a part: that part is worth showing
      if (!wanted() && !(current() && answer.result?.partial)) return;
      if (answer.ok) await this.accept(answer.result, performance.now() - began, key, asked);
      else this.refuse(answer.error, asked, values);
    } catch (error) {
      if (current() && !(error instanceof Cancelled)) this.fail(error.message);
    } finally {
      if (current()) this.busy(false);
    }
  }

  async accept(result, ms, key, asked) {
    this.result = result;
    this.lastMs = result.partial ? Infinity : ms;
    this.shown = key;
    this.judge(this.refresh().problems);
    const own = Object.keys(result.changed_inputs).length > 0;
    this.part(".sc-example").textContent = this.t(own ? "yours" : "example");
    this.root.dataset.state = "live";
    const answer = this.part(".sc-answer");
    // on a narrow screen the answer is below the form: bring it to the reader who asked for it
    if (asked && answer.getBoundingClientRect().top > innerHeight / 2) answer.scrollIntoView();
    result.labels = this.form.labels();
    await show(this.part(".sc-output"), result, this.definition, this.lang, this.t);
    await this.comparison.show(result);
    if (result.partial) this.announce(this.t("partial"));
    else this.announce(this.t("done", { headline: result.headline }), true);
  }

  refuse(error, asked, values) {
    if (error.kind === "bug") {
      this.fail(this.t("errBug", { message: error.problems[0]?.message ?? "" }), true);
      return;
    }
    const list = error.problems.map(({ where, message, smallest_fix: fix }) => ({
      name: where in values ? where : "",
      message: where && !(where in values) ? `${where}: ${message}` : message,
      fix,
    }));
    this.problems(list, asked);
    this.announce(list.map(({ message }) => message).join(" "));
  }

  fail(reason, ours = false) {
    const text = ours ? reason : this.t("errRuntime", { reason });
    this.part(".sc-failure").hidden = false;
    this.part(".sc-failure p").textContent = text;
    this.announce(text);
  }

  cancel() {
    this.stopped = this.run;
    cancel();
    this.busy(false);
    this.announce(this.t("cancelled"));
  }

  async share() {
    const hash = await encode({ v: 1, c: this.definition.id, i: this.changed });
    const url = `${location.href.split("#")[0]}${hash}`;
    if (url.length > LINK_LIMIT) {
      this.save();
      this.announce(this.t("shareLong"));
      return;
    }
    // the theme keeps the scroll place in history.state: hand it back unchanged
    history.replaceState(history.state, "", url);
    const field = this.part(".sc-link");
    field.hidden = false;
    field.querySelector("input").value = url;
    try {
      await navigator.clipboard.writeText(url);
      this.announce(this.t("shared"));
    } catch {
      field.querySelector("input").select();
      this.announce(this.t("shareShow"));
    }
  }

  async restoreLink() {
    try {
      const object = await decode(location.hash);
      if (object === null || object.c !== this.definition.id) return false;
      this.take(object.i ?? {});
      return true;
    } catch {
      this.announce(this.t("linkBad"));
      return false;
    }
  }

  restoreSaved() {
    const inputs = saved(this.definition.id);
    if (!inputs || Object.keys(inputs).length === 0) return;
    this.take(inputs);
    this.announce(this.t("restored"));
  }

  /** Put restored inputs into the form; the engine starts only when the reader asks for it. */
  take(inputs) {
    this.form.set(inputs);
    this.edited();
  }

  save() {
    const answered = this.key() === this.shown ? this.result : null;
    const scenario = toScenario(this.definition, { ...this.changed, ...this.fileHashes }, answered);
    download(`${this.definition.id}.scenario.json`, JSON.stringify(scenario, null, 2), "application/json");
  }

  async openScenario(target) {
    const [file] = target.files;
    if (!file) return;
    const read = await readFile(file, this.t);
    const opened = read.problem ? null : fromScenario(this.definition, read.text);
    target.value = "";
    if (opened === null) {
      this.problems([{ message: read.problem ?? this.t("openBad") }], true);
      return;
    }
    this.take(opened.inputs);
    this.announce(this.older(opened) ?? this.t("opened"));
  }

  /** An answer of another version is kept beside today's; returns the sentence that says so. */
  older({ engine_version: engine, data_version: data, results, inputs }) {
    const { engine_version: engineNow, data_version: dataNow } = this.result;
    if (!engine || (engine === engineNow && data === dataNow)) return null;
    if (Object.keys(results ?? {}).length > 0) {
      const { calculator, results: now } = this.result;
      const old = Object.entries(now).map(([name, entry]) => [
        name,
        { ...entry, value: null, p10: null, p90: null, ...results[name] },
      ]);
      const defaults = Object.fromEntries(this.definition.inputs.map((input) => [input.name, input.default]));
      this.comparison.keep(
        {
          calculator,
          inputs: { ...defaults, ...inputs },
          results: Object.fromEntries(old),
          engine_version: engine,
          data_version: data,
        },
        this.t("asSaved", { engine, data }),
      );
    }
    return this.t("older", { engine, data, engineNow, dataNow });
  }

  keep() {
    const name = this.t("nth", { n: this.comparison.kept.length + 1 });
    const room = this.comparison.keep(this.result, name);
    this.announce(room ? this.t("kept", { name }) : this.t("keptFull"));
  }

  drop(index) {
    this.comparison.remove(index);
    this.compare();
  }

  /** Renew the comparison when the engine is there; before its first run there is nothing to compare. */
  compare() {
    if (this.root.dataset.state === "live") this.comparison.show(this.result);
  }

  async openFile(target) {
    const { name } = target.closest(".sc-field").dataset;
    const [file] = target.files;
    const note = target.closest(".sc-field").querySelector(".sc-file-name");
    delete this.files[name];
    delete this.fileNames[name];
    delete this.fileHashes[name];
    note.textContent = "";
    if (file) {
      const read = await readBytes(file, this.t);
      if (read.problem) {
        target.value = "";
        this.problems([{ message: read.problem }], true);
        return;
      }
      this.files[name] = read.bytes;
      this.fileNames[name] = read.name;
      this.fileHashes[name] = { name: read.name, sha256: await sha256(read.bytes) };
      note.textContent = read.name;
    }
    this.fileVersion += 1;
    this.judge(this.refresh().problems);
    await this.calculate(true);
    await this.audit(target.closest(".sc-field"), name);
  }

  /** What the user's own file holds and what looks wrong in it, under its control. */
  async audit(field, name) {
    const list = field.querySelector(".sc-audit");
    list.replaceChildren();
    field.querySelector(".sc-recheck").hidden = true;
    if (!this.files[name] || this.root.dataset.state !== "live") return;
    const answer = await call("calculators.audit", [this.fileNames[name], this.files[name]]);
    if (answer.ok) list.replaceChildren(...findings(answer.result, this.t));
    field.querySelector(".sc-recheck").hidden = !answer.ok;
  }

  /** The worst hour of the user's own network once more, by pandapower in this browser. */
  async recheck() {
    const box = this.part(".sc-recheck-answer");
    box.replaceChildren();
    this.part(".sc-failure").hidden = true;
    this.busy(true);
    try {
      await ready("grid", this.t, (...news) => this.status(...news));
      this.status(this.t("stageRun"));
      const request = JSON.stringify({ inputs: { ...this.changed, ...this.fileNames }, seed: 1 });
      const answer = await call("calculators.recheck", [this.definition.id, request, this.files]);
      if (answer.ok) box.replaceChildren(...bothResults(answer.result, this.lang, this.t));
      else this.problems(answer.error.problems, true);
    } catch (error) {
      if (!(error instanceof Cancelled)) this.fail(error.message);
    } finally {
      this.busy(false);
    }
  }

  csv(title, table) {
    const slug = title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    const text = toCsv(this.result, this.definition, title, table);
    download(`${this.definition.id}-${slug}.csv`, text, "text/csv;charset=utf-8");
  }

  svg(index) {
    const drawn = this.part(`.sc-figure[data-chart="${index}"] svg`);
    if (drawn) download(`${this.definition.id}-${index}.svg`, toSvg(drawn), "image/svg+xml");
  }

  async png(index) {
    const drawn = this.part(`.sc-figure[data-chart="${index}"] svg`);
    if (drawn) download(`${this.definition.id}-${index}.png`, await toPng(drawn), "image/png");
  }
}
