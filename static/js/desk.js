/* A section's page: rows added in the browser, and what is typed kept while it is typed. Without
   this file one empty row stands ready, and “Save” keeps what cannot be saved yet. */
(function () {
  "use strict";

  // Thrown away is thrown away on this device too, from whatever page.
  function forgetAll(prefix) {
    try {
      Object.keys(localStorage).forEach(function (key) {
        if (key.startsWith(prefix)) localStorage.removeItem(key);
      });
    } catch (error) {
      // Nothing was stored then.
    }
  }

  document.querySelectorAll("[data-discard]").forEach(function (discard) {
    discard.addEventListener("submit", function () {
      forgetAll(discard.dataset.discard);
    });
  });

  var form = document.getElementById("section-form");
  if (!form) return;

  // --- rows ---------------------------------------------------------------------------------------

  function addsRows(rows, empty, add) {
    var total = form.querySelector("[name=rows-TOTAL_FORMS]");
    var news = form.querySelector("[data-row-news]");

    // The row for people without scripts is not needed when others stand there.
    rows.querySelectorAll("[data-blank]").forEach(function (row) {
      if (rows.children.length > 1 && !row.querySelector(".has-error")) row.remove();
    });

    add.hidden = false;
    add.addEventListener("click", function () {
      var number = Number(total.value);
      var holder = document.createElement("div");
      holder.innerHTML = empty.innerHTML.replace(/__prefix__/g, String(number));
      var row = holder.firstElementChild;
      rows.append(row);
      total.value = String(number + 1);
      news.textContent = "";
      news.textContent = news.dataset.text;
      row.querySelector("input:not([type=hidden]), select, textarea").focus();
      form.dispatchEvent(new Event("change"));
    });
  }

  var rows = form.querySelector("[data-rows]");
  var empty = form.querySelector("[data-empty-row]");
  var add = form.querySelector("[data-add-row]");
  if (rows && empty && add) addsRows(rows, empty, add);

  var wrong = form.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();

  // --- kept while typed ---------------------------------------------------------------------------

  if (!form.dataset.keepAt) return;
  var PAUSE = 1500;
  var LIMIT = 10000;
  var AGAIN = 10000;
  var OWN = "desk:" + form.dataset.user + ":" + form.dataset.section + ":";
  // What the server has: the page as it came, then what was kept last.
  var held = written();
  var asStored = form.dataset.kept ? null : held;
  var busy = null;
  var timer = 0;
  var isSent = false;
  var isCopied = true;

  function written() {
    var typed = new URLSearchParams();
    new FormData(form).forEach(function (value, name) {
      if (name !== "csrfmiddlewaretoken" && typeof value === "string") typed.append(name, value);
    });
    return typed.toString();
  }

  function token() {
    // A new login changes it; the page that stayed open takes the new one.
    var found = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
    var stood = document.querySelector("[name=csrfmiddlewaretoken]");
    if (found) {
      document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach(function (field) {
        field.value = found[1];
      });
    }
    return found ? found[1] : stood ? stood.value : "";
  }

  // --- the copy on this device

  function copy(body, isOnItsWay) {
    var text = JSON.stringify({ at: Date.now(), body: body, isSent: isOnItsWay === true });
    try {
      localStorage.setItem(OWN + form.elements.version.value, text);
      return true;
    } catch (error) {
      return false;
    }
  }

  function forget(key) {
    try {
      localStorage.removeItem(key || OWN + form.elements.version.value);
    } catch (error) {
      // Nothing was stored then.
    }
  }

  function copies() {
    try {
      return Object.keys(localStorage)
        .filter(function (key) {
          return key.startsWith(OWN);
        })
        .map(function (key) {
          var found = JSON.parse(localStorage.getItem(key));
          found.key = key;
          found.version = Number(key.slice(OWN.length));
          return found;
        })
        .sort(function (one, other) {
          return other.at - one.at;
        });
    } catch (error) {
      return [];
    }
  }

  // --- what the page says of it

  function show(state, time) {
    form.querySelectorAll("[data-keep]").forEach(function (part) {
      var isIt = part.dataset.keep === state;
      // Said again every few seconds, “kept” would talk a screen reader's user to death.
      if (state === "saving" && part.dataset.keep === "kept") return;
      if (part.hidden === isIt) part.hidden = !isIt;
      var clock = isIt && part.querySelector("time");
      if (clock && clock.textContent !== time) clock.textContent = time;
    });
  }

  function tell(news) {
    var place = form.querySelector("[data-news]");
    if (place.textContent !== news) place.textContent = news;
  }

  // --- sending

  function send(body, isLast) {
    var stop = new AbortController();
    var limit = setTimeout(function () {
      stop.abort();
    }, LIMIT);
    var sent = body + "&typed_by=" + form.dataset.user;
    if (body === asStored) sent += "&as_stored=1";
    return fetch(form.dataset.keepAt, {
      method: "POST",
      body: sent,
      headers: {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-CSRFToken": token(),
      },
      credentials: "same-origin",
      redirect: "manual",
      keepalive: isLast === true,
      signal: stop.signal,
    }).then(
      function (answer) {
        clearTimeout(limit);
        var isRefused = answer.status === 401 || answer.status === 403;
        if (answer.type === "opaqueredirect" || isRefused) throw "expired";
        if (!answer.ok) throw "failed";
        return answer.json();
      },
      function () {
        clearTimeout(limit);
        throw "offline";
      }
    );
  }

  function keep() {
    clearTimeout(timer);
    var body = written();
    if (busy || isSent || body === held) return;
    show("saving");
    busy = send(body)
      .then(
        function (answer) {
          held = body;
          tell(answer.news);
          if (written() === body) forget();
          else timer = setTimeout(keep, PAUSE);
          show(answer.kept ? "kept" : "", answer.kept);
        },
        function (problem) {
          show(problem);
          timer = setTimeout(keep, AGAIN);
        }
      )
      .finally(function () {
        busy = null;
      });
  }

  function typed() {
    var body = written();
    clearTimeout(timer);
    if (body === held) {
      forget();
      return;
    }
    isCopied = copy(body);
    timer = setTimeout(keep, PAUSE);
  }

  form.addEventListener("input", typed);
  form.addEventListener("change", typed);
  window.addEventListener("online", keep);
  window.addEventListener("offline", function () {
    if (written() !== held) show("offline");
  });
  // Back from the window in which somebody logged in again.
  window.addEventListener("focus", keep);
  document.addEventListener("visibilitychange", keep);

  window.addEventListener("pagehide", function () {
    var body = written();
    if (isSent || body === held) return;
    copy(body);
    send(body, true).then(forget.bind(null, ""), function () {});
  });
  window.addEventListener("pageshow", function (event) {
    // Found again by “back” after it was saved: what stands here is old.
    if (event.persisted && isSent) location.reload();
  });
  window.addEventListener("beforeunload", function (event) {
    if (!isSent && !isCopied && written() !== held) event.preventDefault();
  });

  // What is on its way must not arrive after what is saved or discarded.
  function leave(event, last) {
    if (!navigator.onLine) {
      event.preventDefault();
      show("offline");
    } else if (busy) {
      event.preventDefault();
      var button = event.submitter;
      busy.finally(function () {
        event.target.requestSubmit(button);
      });
    } else {
      clearTimeout(timer);
      token();
      last();
      isSent = true;
    }
  }

  form.addEventListener("submit", function (event) {
    leave(event, function () {
      copy(written(), true);
    });
  });
  document.querySelectorAll("[data-discard]").forEach(function (discard) {
    discard.addEventListener("submit", function (event) {
      leave(event, function () {
        forgetAll(OWN);
      });
    });
  });
  document.addEventListener("htmx:configRequest", function (event) {
    event.detail.parameters.csrfmiddlewaretoken = token();
  });
  document.addEventListener("htmx:beforeSwap", function (event) {
    // Not logged in any more: what is answered is the page to log in, which belongs in no panel.
    if (new URL(event.detail.xhr.responseURL).pathname !== event.detail.pathInfo.requestPath) {
      event.detail.shouldSwap = false;
    }
  });
  document.addEventListener("keydown", function (event) {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  // --- what this device still holds from before

  function restore(found) {
    send(found.body).then(
      function () {
        forget(found.key);
        isSent = true;
        location.replace(location.pathname);
      },
      show
    );
  }

  function offer(found) {
    var place = form.querySelector("[data-device-copy]");
    place.querySelector("time").textContent = new Date(found.at).toLocaleString();
    place.querySelector("button").addEventListener("click", function () {
      restore(found);
    });
    place.hidden = false;
  }

  var page = Number(form.elements.version.value);
  var lost = copies().filter(function (found) {
    var hasArrived = found.isSent && ("arrived" in form.dataset || found.version < page);
    if (hasArrived || found.body === held) forget(found.key);
    return !hasArrived && found.body !== held;
  })[0];
  if (lost && Number(form.dataset.kept || 0) * 1000 > lost.at) offer(lost);
  else if (lost) restore(lost);
})();
