// What the pages do beyond their links and forms: pause the log, keep the place in it, copy, and read a file.
"use strict";

(() => {
  const live = document.querySelector("[data-live]");
  const pause = document.querySelector("[data-pause]");
  const log = document.querySelector("[data-poll]");
  let paused = false;
  let kept = null;

  const say = (state, words) => {
    live.className = "live" + (state ? " " + state : "");
    if (live.textContent !== words) live.textContent = words;
  };

  // The row at the top of the window, and how far it is from it: rows that come in above must not move what is read.
  const place = () => {
    if (window.scrollY < 200) return null;
    for (const row of log.querySelectorAll("tr[id]")) {
      const top = row.getBoundingClientRect().top;
      if (top >= 0) return { id: row.id, top };
    }
    return null;
  };

  if (log && live && pause) {
    live.hidden = pause.hidden = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? "Go on" : "Pause";
      pause.setAttribute("aria-pressed", String(paused));
      say(paused ? "paused" : "", paused ? "paused" : "live");
    });
    log.addEventListener("htmx:beforeRequest", (event) => {
      if (paused || document.hidden) event.preventDefault();
    });
    log.addEventListener("htmx:beforeSwap", () => {
      kept = { place: place(), ids: new Set([...log.querySelectorAll("tr[id]")].map((row) => row.id)) };
    });
    log.addEventListener("htmx:afterSwap", () => {
      bind(log);
      if (!kept) return;
      if (kept.ids.size) {
        for (const row of log.querySelectorAll("tr[id]")) if (!kept.ids.has(row.id)) row.classList.add("new");
      }
      const row = kept.place && document.getElementById(kept.place.id);
      if (row) window.scrollBy(0, row.getBoundingClientRect().top - kept.place.top);
    });
    log.addEventListener("htmx:afterRequest", (event) => {
      if (paused) return;
      if (event.detail.successful) say("", "live");
      else say("lost", "the sandbox does not answer");
    });
  }

  const copy = async (button) => {
    const text = document.getElementById(button.dataset.copy).textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Not allowed to: what is to be copied is at least selected.
      window.getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  const bind = (root) => {
    for (const button of root.querySelectorAll("[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy(button));
    }
    for (const file of root.querySelectorAll("input[type=file][data-into]")) {
      file.closest("[hidden]")?.removeAttribute("hidden");
      file.addEventListener("change", async () => {
        if (file.files.length) document.getElementById(file.dataset.into).value = await file.files[0].text();
      });
    }
  };
  bind(document);
})();
