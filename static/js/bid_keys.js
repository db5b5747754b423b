/* Keys of sealed bids, made and checked on the holder's own machine. The private half is saved as a
   file and never sent. Without this file, or where the browser makes no such keys, the page names
   the command that does the same. */
(function () {
  "use strict";
  var NAME = { name: "X25519" };
  var maker = document.querySelector("[data-make-key]");
  var checker = document.querySelector("[data-check-key]");
  var subtle = window.crypto && window.crypto.subtle;

  function base64(bytes) {
    return btoa(String.fromCharCode.apply(null, Array.from(bytes)));
  }

  function bytesOf(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (letter) {
      return letter.charCodeAt(0);
    });
  }

  function forWeb(text) {
    return text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function hex(bytes) {
    return Array.from(bytes, function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  function say(place, text, isBad) {
    place.textContent = text;
    place.classList.toggle("bureau-refused", Boolean(isBad));
  }

  async function made(procurement) {
    var pair = await subtle.generateKey(NAME, true, ["deriveBits"]);
    var secret = await subtle.exportKey("jwk", pair.privateKey);
    var half = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
    var print = hex(new Uint8Array(await subtle.digest("SHA-256", half)));
    return {
      procurement: procurement,
      private: base64(bytesOf(secret.d)),
      public: base64(half),
      fingerprint: print,
    };
  }

  function save(key) {
    var link = document.createElement("a");
    var file = new Blob([JSON.stringify(key)], { type: "application/json" });
    link.href = URL.createObjectURL(file);
    link.download = "密钥-" + key.procurement + "-" + key.fingerprint.slice(0, 8) + ".json";
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(function () {
      URL.revokeObjectURL(link.href);
    }, 10000);
    return link.download;
  }

  // The file fits when it agrees on a secret with whoever knows only the public half.
  async function fits(key, half) {
    var jwk = { kty: "OKP", crv: "X25519", d: forWeb(key.private), x: forWeb(half) };
    var own = await subtle.importKey("jwk", jwk, NAME, false, ["deriveBits"]);
    var known = await subtle.importKey("raw", bytesOf(half), NAME, false, []);
    var other = await subtle.generateKey(NAME, false, ["deriveBits"]);
    var one = await subtle.deriveBits({ name: "X25519", public: known }, other.privateKey, 256);
    var two = await subtle.deriveBits({ name: "X25519", public: other.publicKey }, own, 256);
    return hex(new Uint8Array(one)) === hex(new Uint8Array(two));
  }

  if (maker) {
    var place = document.querySelector("[data-key-said]");
    var field = document.querySelector("[name=public_key]");
    maker.hidden = false;
    maker.addEventListener("click", async function () {
      try {
        var key = await made(maker.dataset.makeKey);
        var name = save(key);
        field.value = key.public;
        say(place, maker.dataset.saved.replace("%s", name));
      } catch (error) {
        say(place, maker.dataset.unable, true);
      }
    });
  }

  if (checker) {
    var told = document.querySelector("[data-check-said]");
    checker.hidden = false;
    checker.addEventListener("click", function () {
      var chosen = document.createElement("input");
      chosen.type = "file";
      chosen.addEventListener("change", async function () {
        try {
          var key = JSON.parse(await chosen.files[0].text());
          var isRight = await fits(key, checker.dataset.checkKey);
          say(told, isRight ? checker.dataset.right : checker.dataset.wrong, !isRight);
        } catch (error) {
          say(told, checker.dataset.wrong, true);
        }
      });
      chosen.click();
    });
  }
})();
