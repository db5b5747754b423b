// A form that takes some seconds says so, and is not sent twice. Without script it works as well.
"use strict";

for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector("button");
  const status = form.querySelector("[data-busy-status]");
  form.addEventListener("submit", () => {
    button.disabled = true;
    status.textContent = form.dataset.busy;
  });
  // Coming back by the browser's button shows the page as it was left.
  window.addEventListener("pageshow", () => {
    button.disabled = false;
    status.textContent = "";
  });
}
