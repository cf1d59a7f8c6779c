// How a handset looks: everything here reads its state, nothing changes it.

const KEYS = [
  ["1", ""], ["2", "abc"], ["3", "def"], ["4", "ghi"], ["5", "jkl"], ["6", "mno"],
  ["7", "pqrs"], ["8", "tuv"], ["9", "wxyz"], ["*", ""], ["0", "+"], ["#", ""],
];
const ROLES = {
  chw: "Community health worker",
  supervisor: "Supervisor",
  facility: "Health facility",
  district: "District officer",
  desk: "Pay desk",
};
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const MODES = { idle: "Network", call: "USSD", inbox: "SMS", write: "New SMS" };
const ONE_SMS = { "GSM-7": 160, "UCS-2": 70 };
const SCREEN = { "GSM-7": "septets", "UCS-2": "UCS-2 units" };

export const roleName = (role) => ROLES[role] ?? role;

export function cost(size) {
  const room = size.segments > 1 ? "" : ` of ${ONE_SMS[size.encoding]}`;
  const unit = size.encoding === "GSM-7" ? "septets" : "UCS-2 units";
  const outside = size.outside?.length ? ` · not in GSM-7: ${size.outside.slice(0, 5).join(" ")}` : "";
  return `${size.units}${room} ${unit} · ${size.segments} SMS${outside}`;
}

export function drawKeypad(place, press) {
  for (const [key, letters] of KEYS) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(key);
    if (letters) {
      const small = document.createElement("small");
      small.textContent = letters;
      small.ariaHidden = "true";
      button.append(small);
    }
    button.addEventListener("click", () => press(key));
    place.append(button);
  }
}

export function list(handset) {
  const items = handset.inbox.toReversed().map((sms) => {
    const item = document.createElement("li");
    const head = document.createElement("p");
    head.className = "head";
    head.textContent = `${sms.sender || "Network"} · ${TIME.format(new Date(sms.at))}`;
    const text = document.createElement("p");
    text.className = "text";
    text.textContent = sms.text;
    const foot = document.createElement("p");
    foot.className = "foot";
    foot.textContent = cost(sms);
    item.append(head, text, foot);
    return item;
  });
  handset.part(".inbox").replaceChildren(...items);
}

export function paint(handset) {
  const { call, view, unread } = handset;
  const open = Boolean(call && !call.ends);
  const waiting = Boolean(open && call.waiting);
  const classes = handset.node.classList;
  classes.toggle("waiting", waiting);
  classes.toggle("ringing", unread > 0);
  classes.toggle("calling", open);
  handset.part(".mode").textContent = view === "call" && !open ? "Call ended" : MODES[view];
  handset.part(".envelope").textContent = unread ? `✉ ${unread}` : "";
  const notice = handset.part(".notice");
  notice.hidden = !unread;
  handset.part(".clock").hidden = unread > 0;
  notice.firstElementChild.textContent = unread === 1 ? "1 new message" : `${unread} new messages`;
  if (!handset.inbox.length) handset.part(".inbox").textContent = "No messages yet.";
  if (call) paintScreen(handset, call, waiting);
  paintKeys(handset, open, waiting);
  paintMeters(handset);
}

function paintScreen(handset, call, waiting) {
  const screen = handset.part(".screen");
  const text = waiting ? "…" : call.screen || "Call ended.";
  if (screen.textContent !== text) screen.textContent = text;
  screen.classList.toggle("problem", Boolean(call.problem));
  handset.part('[data-view="call"] .line').hidden = call.ends;
  handset.part(".answer").readOnly = waiting;
}

function paintKeys(handset, open, waiting) {
  const { view, unread, call } = handset;
  const part = (selector) => handset.part(selector);
  const names = { idle: "Call", call: open || !call ? "Send" : "Call", inbox: "Reply", write: "Send" };
  part(".go").textContent = names[view];
  part(".go").setAttribute("aria-disabled", waiting);
  part(".stop").textContent = view === "call" && open ? "End" : "Back";
  part(".stop").disabled = view === "idle";
  part(".lose").disabled = !open;
  part(".messages").textContent = unread ? `Inbox (${unread})` : "Inbox";
  part(".messages").setAttribute("aria-pressed", view === "inbox");
  part(".compose").setAttribute("aria-pressed", view === "write");
}

// What changes by itself: the clock, and the seconds of an open call.
export function tick(handset) {
  const now = TIME.format(new Date());
  if (handset.part(".clock").textContent !== now) handset.part(".clock").textContent = now;
  if (handset.call && !handset.call.ends) paintMeters(handset);
}

// The meters: what a screen costs, and how much of the call is spent.
function paintMeters(handset) {
  const { call } = handset;
  const limits = handset.context.limits();
  if (!call || !limits) return;
  const gsm = call.encoding === "GSM-7";
  const room = gsm ? limits.house : ONE_SMS["UCS-2"];
  const most = gsm ? `/${limits.screen}` : "";
  handset.part(".size").textContent = `${call.units} of ${room}${most} ${SCREEN[call.encoding]}`;
  track(handset.part(".size"), call.units / room);
  const spent = call.seconds + (call.ends ? 0 : (performance.now() - call.at) / 1000);
  handset.part(".time").textContent =
    `${Math.floor(spent)} of ${Math.round(limits.seconds)} s · answer ${call.milliseconds} ms`;
  track(handset.part(".time"), spent / limits.seconds);
}

function track(label, share) {
  const bar = label.nextElementSibling.firstElementChild;
  bar.style.inlineSize = `${Math.min(100, share * 100)}%`;
  bar.classList.toggle("much", share > 0.8);
  bar.classList.toggle("over", share > 1);
}
