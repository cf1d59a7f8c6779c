// The page of phones: asks what changed, shows the handsets chosen, sets faults.

import { get, post, recall, remember } from "./net.js";
import { tick } from "./paint.js";
import { Handset } from "./phone.js";

const POLL = 500; // ms
const POLL_HIDDEN = 2000; // ms, while nobody looks
const SIDE_BY_SIDE = 4; // phones shown at first
const FIRST = ["chw", "supervisor", "facility", "district"]; // one of each, in this order

const id = (name) => document.getElementById(name);
const narrow = matchMedia("(max-width: 700px)");
const handsets = new Map();
let known = null; // what the simulator told about itself
let version = "";
let shown = recall("shown", null);
let alone = recall("alone", "");
let timer = 0;
let pending = null;

const context = {
  limits: () => known?.limits,
  code: () => known.code,
  shortCode: () => known.short_code,
  refresh: () => refresh(),
  changed: () => drawPicker(),
  say: (sentence) => { id("said").textContent = sentence; },
  trouble,
};

function trouble(sentence) {
  id("trouble").textContent = sentence;
  id("trouble").hidden = !sentence;
}

async function refresh() {
  if (pending) await pending; // it may have been answered before what the caller just did
  pending ??= look().finally(() => { pending = null; });
  await pending;
}

async function look() {
  try {
    const state = await get(`/state?since=${version}`);
    if (id("trouble").dataset.lost) { delete id("trouble").dataset.lost; trouble(""); }
    if (state.version !== version) take(state);
  } catch {
    id("trouble").dataset.lost = "yes";
    trouble("The simulator does not answer. Is make run running?");
  }
}

function take(state) {
  if (!state.phones) return;
  const first = !version;
  version = state.version;
  known = state;
  id("code").textContent = state.code;
  id("short-code").textContent = state.short_code;
  for (const phone of state.phones) takePhone(phone, first);
  choose();
  drawPicker();
  drawFaults(state.faults);
}

function takePhone(phone, first) {
  let handset = handsets.get(phone.phone);
  if (!handset) {
    handset = new Handset(phone, context);
    handsets.set(phone.phone, handset);
  }
  const before = handset.unread;
  handset.update(phone);
  const more = handset.unread - before;
  if (more > 0 && !first) {
    context.say(`${phone.label || phone.phone}: ${more} new SMS. ${phone.inbox.at(-1).text}`);
  }
}

// The phones of the story first: one of each role, as many as fit side by side.
function choose() {
  const all = [...handsets.values()];
  if (!shown || !shown.some((phone) => handsets.has(phone))) {
    const story = FIRST.map((role) => all.find((one) => one.phone.role === role)).filter(Boolean);
    const rest = all.filter((one) => !story.includes(one));
    shown = [...story, ...rest].slice(0, SIDE_BY_SIDE).map((one) => one.phone.phone);
  }
  if (!handsets.has(alone)) alone = shown[0] ?? "";
  arrange();
}

function arrange() {
  const wanted = narrow.matches ? [alone] : shown.filter((phone) => handsets.has(phone));
  const nodes = wanted.filter((phone) => handsets.has(phone)).map((phone) => handsets.get(phone).node);
  const there = [...id("phones").children];
  if (nodes.length !== there.length || nodes.some((node, place) => node !== there[place])) {
    id("phones").replaceChildren(...nodes);
  }
}

function drawPicker() {
  const visible = narrow.matches ? [alone] : shown ?? [];
  const focused = document.activeElement?.dataset?.pick;
  const items = [...handsets.values()].map((handset) => {
    const { phone, label } = handset.phone;
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.pick = phone;
    button.textContent = label || phone;
    button.setAttribute("aria-pressed", visible.includes(phone));
    if (handset.unread) {
      const count = document.createElement("span");
      count.className = "count";
      count.textContent = handset.unread;
      count.ariaLabel = `${handset.unread} unread`;
      button.append(" ", count);
    }
    button.addEventListener("click", () => pick(phone));
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
  id("picker").replaceChildren(...items, ...others());
  if (focused) document.querySelector(`[data-pick="${CSS.escape(focused)}"]`)?.focus();
}

function others() {
  return (known?.others ?? []).slice(0, 3).map((phone) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "stranger";
    button.textContent = `SMS went to ${phone}: show`;
    button.addEventListener("click", () => add(phone));
    const item = document.createElement("li");
    item.append(button);
    return item;
  });
}

function pick(phone) {
  if (narrow.matches) {
    alone = phone;
    remember("alone", alone);
  } else {
    shown = shown.includes(phone) ? shown.filter((one) => one !== phone) : [...shown, phone];
    remember("shown", shown);
  }
  arrange();
  drawPicker();
}

async function add(phone) {
  try {
    trouble("");
    await post("/phones", { phone });
    await refresh();
    await refresh();
    alone = phone;
    if (!shown.includes(phone)) shown.push(phone);
    id("another-phone").value = "";
    arrange();
    drawPicker();
  } catch (error) {
    trouble(error.message);
  }
}

function drawFaults(waiting) {
  id("fault-count").textContent = waiting.length ? `(${waiting.length} waiting)` : "";
  const items = waiting.map(({ fault, phone }) => {
    const item = document.createElement("li");
    item.textContent = phone ? `${fault} for ${phone}` : fault;
    return item;
  });
  id("fault-list").replaceChildren(...items);
  const options = [...handsets.keys()].map((phone) => new Option(handsets.get(phone).phone.label || phone, phone));
  if (id("fault-phone").options.length !== options.length + 1) {
    id("fault-phone").replaceChildren(new Option("any phone", ""), ...options);
  }
}

async function drawFaultNames() {
  const faults = await get("/faults");
  const titles = { answers: "The gateway", reports: "The delivery report", hops: "The next key of a call" };
  for (const [place, title] of Object.entries(titles)) {
    const group = document.createElement("optgroup");
    group.label = title;
    for (const [name, meaning] of faults[place]) {
      group.append(new Option(`${name}: ${meaning}`, name));
    }
    id("fault-name").append(group);
  }
}

async function setFault(body) {
  try {
    drawFaults((await post("/faults", body)).waiting);
  } catch (error) {
    trouble(error.message);
  }
}

async function poll() {
  clearTimeout(timer);
  await refresh();
  timer = setTimeout(poll, document.hidden ? POLL_HIDDEN : POLL);
}

id("another").addEventListener("submit", (event) => {
  event.preventDefault();
  add(id("another-phone").value.trim());
});
id("fault").addEventListener("submit", (event) => {
  event.preventDefault();
  setFault({ next: [id("fault-name").value], phone: id("fault-phone").value });
});
id("fault-clear").addEventListener("click", () => setFault({ clear: true }));
narrow.addEventListener("change", () => { arrange(); drawPicker(); });
document.addEventListener("visibilitychange", poll);
setInterval(() => handsets.forEach(tick), POLL);
drawFaultNames();
poll();
