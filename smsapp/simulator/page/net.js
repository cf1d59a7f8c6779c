// What the page asks of the simulator.

export class Refused extends Error {}

async function read(answer) {
  const found = await answer.json();
  if (!answer.ok) throw new Refused(found.error);
  return found;
}

export async function get(path) {
  return read(await fetch(path));
}

export async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  return read(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

// What the browser remembers for this page; a browser that keeps nothing still works.
export function recall(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // private windows may refuse; nothing depends on it
  }
}
