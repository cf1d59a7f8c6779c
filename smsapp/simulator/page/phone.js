// One handset: what it shows, and what its keys do.

import { post, recall, remember } from "./net.js";
import { cost, drawKeypad, list, paint, roleName } from "./paint.js";

const COUNT_AFTER = 150; // ms after the last letter of an SMS being written
const mouse = matchMedia("(hover: hover)"); // where there is none, focus opens a keyboard

let number = 0;

export class Handset {
  constructor(phone, context) {
    this.phone = phone;
    this.context = context; // { limits(), code(), shortCode(), refresh(), say(), trouble() }
    this.view = "idle";
    this.inbox = [];
    this.call = null;
    this.seen = recall(`read ${phone.phone}`, ""); // when the newest SMS that was read came
    this.node = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.node.dataset.phone = phone.phone;
    this.node.dataset.role = phone.role;
    this.part("h2").textContent = phone.label || phone.phone;
    this.part("h2").id = `owner-${++number}`;
    this.node.setAttribute("aria-labelledby", `owner-${number}`);
    this.part(".role").textContent = roleName(phone.role);
    this.part(".its-number").textContent = phone.phone;
    this.part(".number").value = context.code();
    this.part(".to").textContent = context.shortCode();
    this.label();
    drawKeypad(this.part(".keys"), (key) => this.type(key));
    this.listen();
    this.show("idle");
  }

  part(selector) {
    return this.node.querySelector(selector);
  }

  label() {
    for (const label of this.node.querySelectorAll(".line label")) {
      const field = label.parentElement.querySelector("input, textarea");
      field.id = `field-${++number}`;
      label.htmlFor = field.id;
    }
  }

  listen() {
    for (const form of this.node.querySelectorAll("form")) {
      form.addEventListener("submit", (event) => { event.preventDefault(); this.go(); });
    }
    const click = (selector, act) => this.part(selector).addEventListener("click", act);
    click(".go", () => this.go());
    click(".stop", () => this.stop());
    click(".erase", () => this.erase());
    click(".lose", () => this.hang(true));
    click(".messages", () => this.show("inbox"));
    click(".read", () => this.show("inbox"));
    click(".compose", () => this.show("write"));
    this.part(".sms").addEventListener("input", () => this.count());
    this.node.addEventListener("keydown", (event) => this.key(event));
  }

  key(event) {
    const field = event.target.matches("input, textarea");
    if (event.key === "Escape") {
      event.preventDefault();
      this.stop();
    } else if (event.key === "Enter" && event.target.matches("textarea") && !event.shiftKey) {
      event.preventDefault();
      this.go();
    } else if (!field && /^[0-9*#]$/.test(event.key) && !event.ctrlKey && !event.metaKey) {
      this.type(event.key);
    }
  }

  field() {
    return this.part(`[data-view="${this.view}"] :is(input, textarea)`);
  }

  type(key) {
    const field = this.field();
    if (!field || field.readOnly) return;
    field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input"));
  }

  erase() {
    const field = this.field();
    if (!field) return;
    const end = field.selectionEnd;
    const start = field.selectionStart === end ? Math.max(0, end - 1) : field.selectionStart;
    field.setRangeText("", start, end, "end");
    field.dispatchEvent(new Event("input"));
  }

  async ask(path, body) {
    try {
      this.context.trouble("");
      return await post(path, body);
    } catch (error) {
      this.context.trouble(error.message);
      return null;
    } finally {
      this.context.refresh();
    }
  }

  async go() {
    if (this.view === "write") return this.send();
    if (this.view === "inbox") return this.show("write");
    if (this.view === "idle" || this.call?.ends) return this.dial();
    if (!this.call || this.call.waiting) return null;
    const field = this.part(".answer");
    const text = field.value;
    field.value = "";
    this.wait();
    return this.took(await this.ask(`/calls/${this.call.call}/keys`, { text }));
  }

  async dial() {
    const code = this.part(".number").value.trim();
    this.part(".answer").value = "";
    this.call = null;
    this.show("call");
    this.wait();
    const call = await this.ask("/calls", { phone: this.phone.phone, code });
    if (!call) return this.show("idle");
    return this.took(call);
  }

  wait() {
    if (this.call) this.call.waiting = true;
    this.node.classList.add("waiting");
    this.part(".screen").textContent = "…";
  }

  took(call) {
    if (!call) {
      if (this.call) this.call.waiting = false;
      paint(this);
      return;
    }
    this.update({ ...this.phone, call: { ...call, waiting: false }, inbox: this.inbox });
    this.focus();
  }

  async send() {
    const field = this.part(".sms");
    if (!field.value.trim()) return;
    const sent = await this.ask("/sms", { from: this.phone.phone, text: field.value });
    if (!sent) return;
    field.value = "";
    this.part(".cost").textContent = "Sent.";
    this.context.say(`${this.part("h2").textContent}: SMS sent`);
  }

  stop() {
    if (this.view === "call" && this.call && !this.call.ends) return this.hang(false);
    return this.show(this.call && !this.call.ends && this.view !== "call" ? "call" : "idle");
  }

  async hang(lost) {
    if (!this.call || this.call.ends) return;
    const call = await this.ask(`/calls/${this.call.call}/hang`, { lost });
    if (call) this.took(call);
    if (!lost) this.show("idle");
  }

  count() {
    clearTimeout(this.counting);
    const text = this.part(".sms").value;
    this.counting = setTimeout(async () => {
      this.part(".cost").textContent = cost(await post("/size", { text }));
    }, COUNT_AFTER);
  }

  show(view) {
    this.view = view;
    for (const section of this.node.querySelectorAll(".view")) {
      section.hidden = section.dataset.view !== view;
    }
    this.node.dataset.showing = view;
    if (view === "inbox") this.readAll();
    if (view === "write") this.count();
    paint(this);
    this.focus();
  }

  focus() {
    if (!mouse.matches || !this.node.contains(document.activeElement)) return;
    (this.view === "inbox" ? this.part(".inbox") : this.field())?.focus();
  }

  readAll() {
    this.seen = this.inbox.at(-1)?.at ?? this.seen;
    remember(`read ${this.phone.phone}`, this.seen);
    this.context.changed();
  }

  get unread() {
    return this.inbox.filter((sms) => sms.at > this.seen).length;
  }

  update(state) {
    const before = this.inbox.at(-1)?.n ?? 0;
    const begun = state.call && state.call.call !== this.call?.call;
    this.inbox = state.inbox;
    this.call = state.call && { ...state.call, at: performance.now() };
    if (begun && !state.call.ends && this.view === "idle") this.show("call");
    if ((this.inbox.at(-1)?.n ?? 0) !== before) list(this);
    if (this.view === "inbox") this.readAll();
    paint(this);
  }
}
