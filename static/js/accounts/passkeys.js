// Passkeys (WebAuthn): the form's address says what to ask the browser, its answer is sent with the form.
// data-make="…" has a new passkey made, data-use="…" has one shown.
import { once } from "../core/_once.js";

export function attach(form) {
  once(form);
  const box = form.querySelector("[data-passkey]");
  if (!box || !window.PublicKeyCredential) return;
  const button = box.querySelector("button");
  const failed = box.querySelector("[data-failed]");
  box.hidden = false;
  button.addEventListener("click", async () => {
    if (form.dataset.make && !form.elements.name.value.trim()) return form.requestSubmit();
    failed.hidden = true;
    button.disabled = true;
    try {
      form.elements[button.dataset.into].value = JSON.stringify(await answer(form));
      form.requestSubmit();
    } catch (error) {
      console.info("no passkey", error.name);
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}

async function answer(form) {
  const { make, use } = form.dataset;
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const asked = await fetch(make ?? use, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!asked.ok) throw new Error(String(asked.status));
  const publicKey = bytesWithin(await asked.json());
  return plain(await (make ? navigator.credentials.create({ publicKey }) : navigator.credentials.get({ publicKey })));
}

// Where the browser wants bytes the server writes base64url.
function bytesWithin(options) {
  const list = (all) => (all ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const user = options.user && { ...options.user, id: bytes(options.user.id) };
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(user && { user }),
    excludeCredentials: list(options.excludeCredentials),
    allowCredentials: list(options.allowCredentials),
  };
}

function plain({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return { id, rawId: text(rawId), type, response: Object.fromEntries(given), clientExtensionResults: {} };
}

function bytes(base64url) {
  const base64 = base64url.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const signs = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(signs).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
