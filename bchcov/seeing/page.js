"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const every = 256;
  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    // Text only: nothing that comes from outside is ever read as markup.
    if (text !== undefined) made.textContent = text;
    return made;
  };
  let goBack = 0, run, stops, number, shownScript = null, shownSource = null, rows = [], sourceRows = [];

  const last = () => (run.failing === null ? run.steps : run.failing);
  const valueAt = (changes, step) => {
    let low = 0, high = changes.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (changes[middle][0] <= step) low = middle; else high = middle - 1;
    }
    return changes.length ? changes[low][1] : null;
  };
  // An item is its number in the table, and the step that made it.
  const apply = (stack, takes, leaves, at) => {
    if (takes) stack.length -= takes;
    const makers = run.makers[at];
    leaves.forEach((item, index) => stack.push([item, makers ? makers[index] : at - 1]));
  };
  const stackAt = (step) => {
    const begin = Math.min(Math.floor(step / every), stops.length - 1);
    const stack = stops[begin].slice();
    for (let at = begin * every + 1; at <= Math.min(step, run.steps - 1); at++) apply(stack, run.takes[at], run.leaves[at], at);
    if (step >= run.steps) apply(stack, ...run.end, run.steps);
    return stack;
  };
  const choose = (which) => {
    run = data.runs[which];
    stops = [];
    run.sums = new Array(run.steps);
    const stack = [];
    let cost = 0;
    for (let at = 0; at < run.steps; at++) {
      apply(stack, run.takes[at], run.leaves[at], at);
      if (at % every === 0) stops.push(stack.slice());
      run.sums[at] = cost += run.costs[at];
    }
    if (!stops.length) stops.push([]);
    by("slider").max = last();
    by("return").hidden = true;
    by("fail").hidden = run.failing === null;
    show(run.ok ? 0 : last());
  };

  const asNumber = (hex) => {
    if (hex.length > 16 || hex.includes(".")) return null;
    if (!hex) return "0";
    const bytes = hex.match(/../g).map((each) => parseInt(each, 16)).reverse();
    if (!(bytes[0] & 0x7f) && (bytes.length === 1 || !(bytes[1] & 0x80))) return null;
    const negative = bytes[0] & 0x80;
    bytes[0] &= 0x7f;
    const value = bytes.reduce((sum, each) => sum * 256n + BigInt(each), 0n);
    return (negative ? "-" : "") + value.toLocaleString("en");
  };
  const asText = (hex) => {
    if (hex.length < 10 || hex.length > 120 || hex.includes(".")) return "";
    const codes = hex.match(/../g).map((each) => parseInt(each, 16));
    return codes.every((each) => each >= 32 && each < 127) ? String.fromCharCode(...codes) : "";
  };
  const itemRow = ([item, maker], depth, isNew) => {
    const [hex, name, size] = data.items[item];
    const row = make("li", isNew ? "new" : "");
    row.append(make("span", "depth mono", String(depth)));
    const value = asNumber(hex), text = asText(hex);
    if (value !== null && !text) row.append(make("span", "mono", value + " "));
    if (name) row.append(make("span", "name", name + " "));
    if (text) row.append(make("span", "note", JSON.stringify(text) + " "));
    const bytes = size || hex.length / 2;
    row.append(make("code", "note", hex ? "0x" + hex : "empty"));
    if (bytes > 8) row.append(make("span", "note", " " + bytes.toLocaleString("en") + " bytes"));
    if (maker !== undefined) {
      const jump = make("button", "maker", "made at step " + (maker + 1).toLocaleString("en"));
      jump.addEventListener("click", () => { const from = number; show(maker); by("return").hidden = false; goBack = from; by("return").textContent = "return to step " + (from + 1).toLocaleString("en"); });
      row.append(jump);
    }
    return row;
  };
  const items = (place, list, fresh) => {
    place.replaceChildren();
    if (!list.length) return place.append(make("div", "empty", "empty"));
    const shown = make("ul", "items");
    const most = 200;
    for (let depth = 0; depth < Math.min(list.length, most); depth++) shown.append(itemRow(list[list.length - 1 - depth], depth, depth < fresh));
    place.append(shown);
    if (list.length > most) place.append(make("div", "empty", "and " + (list.length - most) + " more"));
  };
  const listing = (place, lines, at) => {
    const made = lines.map((line, index) => {
      const row = make("div", "row mono");
      row.append(make("span", "at", at(line, index)), make("span", "", line[1]));
      return row;
    });
    place.replaceChildren(...made);
    return made;
  };
  const scrollTo = (place, row) => {
    if (row) place.scrollTop = row.offsetTop - place.clientHeight / 3;
  };

  const show = (wanted) => {
    number = Math.max(0, Math.min(wanted, last()));
    const ended = number >= run.steps;
    const step = Math.max(0, Math.min(number, run.steps - 1));
    by("slider").value = number;
    by("first").disabled = by("back").disabled = number === 0;
    by("forward").disabled = by("end").disabled = number === last();
    const failed = run.failing === number;
    const state = by("state");
    state.className = "state" + (failed || (ended && !run.ok) ? " bad" : "");
    const stack = stackAt(number);
    items(by("stack"), stack, ended ? run.end[1].length : (run.leaves[step] || []).length);
    if (!run.steps) { state.textContent = run.said; return; }
    const script = valueAt(run.script, step), told = data.scripts[script];
    const position = run.positions[step], instruction = told.steps[position] || [0, ""];
    const executed = valueAt(run.executed, step), calls = valueAt(run.calls, step);
    const alt = ended ? [] : valueAt(run.alt, step) || [];
    by("altpane").hidden = !alt.length;
    items(by("alt"), alt.map((item) => [item]), 0);
    state.textContent = ended
      ? "The end, after " + run.steps.toLocaleString("en") + " steps: " + run.said
      : "Step " + (number + 1).toLocaleString("en") + " of " + run.steps.toLocaleString("en") + ", " + valueAt(run.phase, step)
        + " bytecode, byte " + instruction[0] + (executed ? "" : ", in a branch that is not taken")
        + (calls ? ", in " + calls + (calls === 1 ? " function" : " functions") : "")
        + ", operation cost " + run.sums[step].toLocaleString("en")
        + (instruction[4] ? ", check [" + instruction[4] + "]" : "") + (failed ? ". This fails: " + run.said : "");
    if (shownScript !== script) {
      rows = listing(by("script"), told.steps, (line) => line[0]);
      shownScript = script;
    }
    for (const row of by("script").querySelectorAll(".here, .failed, .never")) row.className = "row mono";
    if (rows[position] && !ended) {
      rows[position].className = "row mono " + (failed ? "failed" : executed ? "here" : "here never");
      scrollTo(by("script"), rows[position]);
    }
    const end = told.steps[position + 1] ? told.steps[position + 1][0] : told.hex.length / 2;
    const bytes = by("bytes");
    const from = Math.max(0, instruction[0] - 400), to = Math.min(told.hex.length / 2, end + 400);
    bytes.className = "bytes mono" + (failed ? " failed" : "");
    bytes.replaceChildren(
      (from ? "..." : "") + told.hex.slice(2 * from, 2 * instruction[0]),
      make("mark", "", told.hex.slice(2 * instruction[0], 2 * Math.min(end, instruction[0] + 400))),
      told.hex.slice(2 * end, 2 * to) + (to < told.hex.length / 2 ? "..." : ""),
    );
    const source = instruction[2] && data.sources[instruction[2]].lines.length ? instruction[2] : null;
    if (source && shownSource !== source) {
      sourceRows = listing(by("source"), data.sources[source].lines.map((line) => [0, line]), (_line, index) => index + 1);
      by("sourcename").textContent = source;
      shownSource = source;
    }
    by("panes").classList.toggle("nosource", !shownSource);
    for (const row of by("source").querySelectorAll(".here, .failed")) row.className = "row mono";
    const line = source && !ended ? sourceRows[instruction[3] - 1] : null;
    if (line) {
      line.className = "row mono " + (failed ? "failed" : "here");
      scrollTo(by("source"), line);
    }
  };

  by("slider").addEventListener("input", (event) => show(Number(event.target.value)));
  by("first").addEventListener("click", () => show(0));
  by("back").addEventListener("click", () => show(number - 1));
  by("forward").addEventListener("click", () => show(number + 1));
  by("end").addEventListener("click", () => show(last()));
  by("return").addEventListener("click", () => { show(goBack); by("return").hidden = true; });
  by("fail").addEventListener("click", () => show(run.failing));
  by("input").addEventListener("change", (event) => choose(Number(event.target.value)));
  by("script").addEventListener("click", (event) => {
    const position = rows.indexOf(event.target.closest(".row"));
    for (let away = 0; position >= 0 && away <= run.steps; away++) {
      for (const step of [number + away, number - away]) {
        if (step >= 0 && step < run.steps && run.positions[step] === position && valueAt(run.script, step) === shownScript) return show(step);
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (/^(INPUT|SELECT)$/.test(event.target.tagName) && event.target.id !== "slider") return;
    const moves = { ArrowRight: 1, ArrowLeft: -1, PageDown: 20, PageUp: -20 };
    if (event.key in moves && event.target.id !== "slider") { show(number + moves[event.key]); event.preventDefault(); }
  });
  choose(Number(by("input").value));
  document.documentElement.dataset.ready = "yes";
})();
