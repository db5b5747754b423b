/* Rows added and numbered in the browser; without this file one empty row stands ready. */
(function () {
  "use strict";
  var form = document.getElementById("section-form");
  var rows = form && form.querySelector("[data-rows]");
  var empty = form && form.querySelector("[data-empty-row]");
  var add = form && form.querySelector("[data-add-row]");
  if (!rows || !empty || !add) return;
  var total = form.querySelector("[name=rows-TOTAL_FORMS]");

  function tell() {
    form.dispatchEvent(new Event("change"));
  }

  function isTouched(row) {
    return row.querySelector(".has-error") !== null;
  }

  // The row for people without scripts is not needed when others stand there.
  rows.querySelectorAll("[data-blank]").forEach(function (row) {
    if (rows.children.length > 1 && !isTouched(row)) row.remove();
  });

  add.hidden = false;
  add.addEventListener("click", function () {
    var number = Number(total.value);
    var holder = document.createElement("div");
    holder.innerHTML = empty.innerHTML.replace(/__prefix__/g, String(number));
    var row = holder.firstElementChild;
    rows.append(row);
    total.value = String(number + 1);
    var first = row.querySelector("input, select, textarea");
    if (first) first.focus();
    tell();
  });

  // Typed and not saved: the browser asks before the page is left.
  var isChanged = false;
  form.addEventListener("input", function () {
    isChanged = true;
  });
  form.addEventListener("submit", function () {
    isChanged = false;
  });
  window.addEventListener("beforeunload", function (event) {
    if (isChanged) event.preventDefault();
  });
})();
