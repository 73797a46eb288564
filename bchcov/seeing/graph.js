"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const by = (id) => document.getElementById(id);
  const make = (tag, kind, text) => {
    const made = document.createElement(tag);
    if (kind) made.className = kind;
    // Text only: nothing that comes from outside is ever read as markup.
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const svg = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const name in attributes) made.setAttribute(name, attributes[name]);
    return made;
  };
  const MOST = 200, COLOURS = ["#3b7dd8", "#d1780f", "#2f9e63", "#a15bc7", "#c2488a", "#1d9aa5", "#8a8f1c", "#7a6bd6"];
  const text = (number) => data.texts[number];
  const rows = data.rows.map(([txid, name, state, height, size, fee, inputs, outputs, problem]) =>
    ({ txid, name: text(name), state, height, size, fee, inputs, outputs, problem: text(problem), from: [], to: [], rivals: [], ends: [] }));
  const threads = new Set(data.threads);
  const links = data.links.map(([maker, output, spender, input, lane], at) => ({ maker, output, spender, input, lane, thread: threads.has(at) }));
  for (const link of links) { rows[link.spender].from.push(link); rows[link.maker].to.push(link); }
  // What is refused is drawn against the one that was not, or else the first.
  const contests = [];
  for (const group of data.conflicts) {
    const winner = group.find((each) => rows[each].state !== "refused") ?? group[0];
    for (const each of group) {
      rows[each].rivals.push(group);
      if (each !== winner) contests.push([winner, each]);
    }
  }
  const used = Math.max(0, ...data.lanes, ...links.map((link) => link.lane)) + 1;
  let chosen = -1, asked = false, wide = 14, HIGH = 34, found = [];

  const amount = (satoshis) => satoshis >= 100000 ? (satoshis / 1e8).toLocaleString("en", { maximumFractionDigits: 8 }) + " BCH" : satoshis.toLocaleString("en") + " sats";
  const short = (who) => who.length > 30 ? who.slice(0, 8) + "..." + who.slice(-6) : who;
  const owners = (row) => [...new Set(row.inputs.filter((each) => each[2] && each[2][2]).map((each) => text(each[2][1])))];
  const title = (row) => row.name || owners(row).slice(0, 3).join(", ") || row.txid.slice(0, 12) + "...";
  const is_named = (row) => row.name || owners(row).length;
  const summary = (row) => {
    const count = row.outputs.length;
    const named = [...new Set(row.outputs.filter((coin) => coin[2]).map((coin) => text(coin[1])))];
    const paid = row.outputs.reduce((sum, coin) => sum + coin[0], 0);
    const made = row.state === "made" ? "" : row.inputs.length + (row.inputs.length === 1 ? " input, " : " inputs, ");
    return made + count + (count === 1 ? " output" : " outputs") + (named.length ? " to " + named.join(", ") : "") + ", " + amount(paid);
  };
  const place = (row) => row.height !== null ? "block " + row.height.toLocaleString("en") : row.state === "pool" ? "waiting" : row.state === "refused" ? "refused" : "";
  // What is refused stands in no block, and ends none.
  let block = null;
  rows.forEach((row, at) => {
    if (row.state === "refused") return;
    row.begins = at > 0 && row.height !== block;
    block = row.height;
  });
  const begins = (at) => rows[at].begins;
  const x = (lane) => 12 + lane * wide;
  const y = (row) => row * HIGH + HIGH / 2;
  const margin = () => x(used) + 4;

  const curve = (x1, y1, x2, y2) => " C" + x1 + " " + (y1 + y2) / 2 + " " + x2 + " " + (y1 + y2) / 2 + " " + x2 + " " + y2;
  const line = (link) => {
    const xa = x(data.lanes[link.maker]), ya = y(link.maker), xb = x(data.lanes[link.spender]), yb = y(link.spender);
    const xl = x(link.lane);
    if (link.spender === link.maker + 1) return "M" + xa + " " + ya + curve(xa, ya, xb, yb);
    return "M" + xa + " " + ya + curve(xa, ya, xl, ya + HIGH) + " L" + xl + " " + (yb - HIGH) + curve(xl, yb - HIGH, xb, yb);
  };
  const colour = (lane) => COLOURS[lane % COLOURS.length];
  const draw = () => {
    const list = by("list"), lines = by("lines"), first = Math.max(0, Math.floor(list.scrollTop / HIGH) - 8);
    const last = Math.min(rows.length - 1, first + Math.ceil(list.clientHeight / HIGH) + 16);
    lines.replaceChildren();
    lines.setAttribute("width", margin());
    lines.setAttribute("height", rows.length * HIGH);
    const is_near = (link) => !asked || link.maker === chosen || link.spender === chosen;
    for (const link of links) {
      if (Math.max(link.maker, link.spender) < first || Math.min(link.maker, link.spender) > last) continue;
      const near = is_near(link);
      if (link.lane < 0 && asked && near) {
        const xa = x(data.lanes[link.maker]), ya = y(link.maker), xb = x(data.lanes[link.spender]), yb = y(link.spender), side = x(used) - wide / 2;
        const way = yb > ya ? HIGH : -HIGH;
        lines.append(svg("path", { d: "M" + xa + " " + ya + curve(xa, ya, side, ya + way) + " L" + side + " " + (yb - way) + curve(side, yb - way, xb, yb),
          fill: "none", stroke: "var(--ink)", "stroke-width": 1.5 }));
        continue;
      }
      if (link.lane < 0) {
        // Their ends only: the line would have no lane of its own.
        for (const [at, way] of [[link.maker, 1], [link.spender, -1]]) {
          if (at < first || at > last) continue;
          const from = x(data.lanes[at]), there = y(at);
          lines.append(svg("path", { d: "M" + from + " " + there + " l" + wide * .45 + " " + way * HIGH * .42, fill: "none", stroke: "var(--faint)",
            "stroke-width": 1.5, "stroke-dasharray": "2 2", opacity: near ? 1 : .35 }));
        }
        continue;
      }
      lines.append(svg("path", { d: line(link), fill: "none", stroke: colour(link.lane), "stroke-width": link.thread ? 3.5 : 1.7, opacity: near ? 1 : .4 }));
    }
    for (const [winner, other] of contests) {
      if (Math.max(winner, other) < first || Math.min(winner, other) > last) continue;
      const side = x(used) - wide / 2, a = y(winner), b = y(other), from = x(data.lanes[winner]), to = x(data.lanes[other]);
      const near = !asked || winner === chosen || other === chosen;
      if (!near && Math.abs(winner - other) > 40) continue;
      const bend = Math.sign(b - a) * Math.min(Math.abs(b - a) / 2, HIGH / 2);
      lines.append(svg("path", { d: "M" + from + " " + a + " Q" + side + " " + a + " " + side + " " + (a + bend) + " L" + side + " " + (b - bend)
        + " Q" + side + " " + b + " " + to + " " + b, fill: "none", stroke: "var(--bad)", "stroke-width": 1.8, "stroke-dasharray": "5 4", opacity: near ? 1 : .3 }));
    }
    const shown = [];
    for (let at = first; at <= last; at++) {
      const row = rows[at], bad = row.state === "refused", cx = x(data.lanes[at]), cy = y(at);
      const stroke = bad ? "var(--bad)" : colour(data.lanes[at]), fill = bad ? "var(--bad-paper)" : row.state === "pool" ? "var(--paper)" : stroke;
      const size = at === chosen ? 7 : 5.5;
      if (bad) lines.append(svg("path", { d: "M" + cx + " " + (cy - size - 1.5) + " l" + (size + 1.5) + " " + (size + 1.5) + " l-" + (size + 1.5) + " " + (size + 1.5) + " l-" + (size + 1.5) + " -" + (size + 1.5) + " z", stroke, fill, "stroke-width": 2.2 }));
      else if (row.state === "made") lines.append(svg("rect", { x: cx - size, y: cy - size, width: 2 * size, height: 2 * size, stroke, fill, "stroke-width": 2.2 }));
      else lines.append(svg("circle", { cx, cy, r: size, stroke, fill, "stroke-width": 2.2 }));
      const made = make("div", "tx" + (bad ? " bad" : "") + (at === chosen ? " chosen" : "") + (at && begins(at) ? " first" : ""));
      made.style.top = at * HIGH + "px";
      made.style.paddingLeft = margin() + "px";
      made.dataset.at = at;
      made.append(make("span", is_named(row) ? "title" : "title mono", title(row)), make("span", "said", summary(row)), make("span", "where", place(row)));
      shown.push(made);
    }
    by("rows").replaceChildren(...shown);
  };

  const jump = (at, said) => {
    const made = make("button", "", said + title(rows[at]));
    made.addEventListener("click", () => choose(at));
    return made;
  };
  const coin = (number, told, more) => {
    const row = make("div", "coin"), what = make("div");
    row.append(make("span", "n mono", String(number)), what);
    if (told) {
      what.append(make("b", "", amount(told[0])), make("span", "", " " + (told[2] ? text(told[1]) : "")));
      if (!told[2]) what.append(make("span", "mono", text(told[1])));
      if (told.length > 3) what.append(make("div", "note", text(told[3])));
    }
    what.append(more);
    return row;
  };
  const tell = () => {
    const place_ = by("told");
    place_.replaceChildren();
    if (chosen < 0) return place_.append(make("p", "legend", "No transaction is chosen."));
    const row = rows[chosen];
    place_.append(make("h2", is_named(row) ? "" : "mono", title(row)), make("div", "txid mono", row.txid));
    const said = [data.states[row.state], row.height === null ? "" : "block " + row.height.toLocaleString("en"), row.size.toLocaleString("en") + " bytes"];
    if (row.fee !== null && row.state !== "made") said.push("fee " + row.fee.toLocaleString("en") + " sats");
    place_.append(make("p", "legend", said.filter(Boolean).join(", ")));
    if (row.problem) place_.append(make("pre", "why", row.problem));
    for (const group of row.rivals) {
      const others = group.filter((each) => each !== chosen), one = make("p", "legend", "The same coin is spent by ");
      for (const other of others.slice(0, 12)) one.append(jump(other, ""), " ");
      if (others.length > 12) one.append("and " + (others.length - 12).toLocaleString("en") + " more");
      place_.append(one);
    }
    if (row.state !== "made") place_.append(make("h3", "", "Spends" + (row.inputs.length > MOST ? " (the first " + MOST + " of " + row.inputs.length.toLocaleString("en") + ")" : "")));
    if (row.state !== "made") row.inputs.slice(0, MOST).forEach(([txid, index, told], number) => {
      const link = row.from.find((each) => each.input === number);
      const more = make("div", "note");
      if (link) more.append(jump(link.maker, "made by "), make("span", "", " output " + index));
      else more.append(make("span", "mono", txid + ":" + index));
      place_.append(coin(number, told, more));
    });
    place_.append(make("h3", "", "Makes"));
    row.outputs.slice(0, MOST).forEach((told, number) => {
      const more = make("div", "note"), spends = row.to.filter((each) => each.output === number);
      for (const link of spends.slice(0, 12)) more.append(jump(link.spender, rows[link.spender].state === "refused" ? "refused: " : "spent by "), " ");
      if (!spends.length) more.append("not spent here");
      place_.append(coin(number, told, more));
    });
    if (row.outputs.length > MOST) place_.append(make("p", "legend", "and " + (row.outputs.length - MOST).toLocaleString("en") + " more"));
    place_.scrollTop = 0;
  };
  const choose = (at, keep) => {
    if (at < 0 || at >= rows.length) return;
    asked = chosen >= 0 || !keep;
    chosen = at;
    const list = by("list"), top = at * HIGH;
    if (!keep && (top < list.scrollTop + HIGH || top > list.scrollTop + list.clientHeight - 2 * HIGH)) list.scrollTop = top - list.clientHeight / 3;
    tell();
    draw();
  };
  const search = () => {
    const wanted = by("search").value.trim().toLowerCase();
    found = [];
    if (wanted) rows.forEach((row, at) => {
      const all = [row.txid, row.name, ...row.outputs.map((told) => text(told[1])), ...row.inputs.map((each) => each[2] ? text(each[2][1]) : "")];
      if (all.some((each) => each.toLowerCase().includes(wanted))) found.push(at);
    });
    count();
  };
  const count = () => {
    const at = found.indexOf(chosen);
    by("count").textContent = !by("search").value.trim() ? "" : found.length ? (at < 0 ? "" : at + 1 + " of ") + found.length.toLocaleString("en") + " found" : "not found";
    by("found").disabled = !found.length;
  };
  const next = () => {
    if (!found.length) return;
    const at = found.find((each) => each > chosen);
    choose(at === undefined ? found[0] : at);
    count();
  };
  const fit = () => {
    HIGH = innerWidth < 900 ? 46 : 34;
    document.documentElement.style.setProperty("--high", HIGH + "px");
    wide = Math.max(6, Math.min(16, (innerWidth < 600 ? 96 : 190) / used));
    by("tall").style.height = rows.length * HIGH + "px";
    draw();
  };

  by("list").addEventListener("scroll", draw);
  by("rows").addEventListener("click", (event) => {
    const row = event.target.closest(".tx");
    if (row) choose(Number(row.dataset.at), true);
  });
  by("list").addEventListener("keydown", (event) => {
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -rows.length, End: rows.length };
    if (!(event.key in moves)) return;
    choose(Math.max(0, Math.min(rows.length - 1, Math.max(chosen, 0) + (chosen < 0 ? 0 : moves[event.key]))));
    event.preventDefault();
  });
  by("search").addEventListener("input", search);
  by("search").addEventListener("keydown", (event) => { if (event.key === "Enter") next(); });
  by("found").addEventListener("click", next);
  const refused = rows.map((row, at) => at).filter((at) => rows[at].state === "refused");
  by("refused").hidden = !refused.length;
  by("refused").addEventListener("click", () => {
    const at = refused.find((each) => each > chosen);
    choose(at === undefined ? refused[0] : at);
  });
  addEventListener("resize", fit);
  fit();
  count();
  if (rows.length) choose(0, true); else tell();
  document.documentElement.dataset.ready = "yes";
})();
