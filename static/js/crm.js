/* Betterments only: every page works without this file. No inline handlers, no eval. */
"use strict";
(() => {
  const doc = document;
  doc.documentElement.classList.add("has-script");
  const find = (selector, root = doc) => root.querySelector(selector);
  const notice = find("#notice");

  const say = (text) => {
    if (!notice || !text) return;
    notice.textContent = text;
    notice.hidden = false;
    clearTimeout(say.timer);
    say.timer = setTimeout(() => { notice.hidden = true; }, 8000);
  };

  // Single keys, which can be switched off (WCAG 2.1.4). A browser that refuses storage keeps them on.
  const STORE = "crm.single-keys";
  const remembered = () => {
    try { return localStorage.getItem(STORE); } catch { return null; }
  };
  let singleKeys = remembered() !== "off";
  const showKeys = () => {
    doc.documentElement.classList.toggle("no-single-keys", !singleKeys);
    const toggle = find("[data-single-keys]");
    if (toggle) toggle.checked = singleKeys;
  };
  const isTyping = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  const openHelp = () => {
    const help = find("#help");
    if (help && !help.open) help.showModal();
  };
  const focusOn = (element) => {
    if (!element) return false;
    if (element.matches("button")) { element.click(); return true; }
    const target = element.matches("input, select, textarea")
      ? element : find("input:not([type=hidden]), select, textarea", element);
    if (!target) return false;
    target.focus();
    target.scrollIntoView({ block: "center" });
    return true;
  };

  doc.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      doc.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        if (menu.contains(doc.activeElement)) find("summary", menu).focus();
      });
      return;
    }
    if (!singleKeys || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (find("dialog[open]")) return;
    if (event.key === "/" && focusOn(find("#global-search"))) event.preventDefault();
    else if (event.key === "?") { openHelp(); event.preventDefault(); }
    else if (/^[a-z]$/.test(event.key) && focusOn(find(`[data-key="${event.key}"]`))) event.preventDefault();
  });

  doc.addEventListener("click", (event) => {
    doc.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) {
      const menu = opener.closest("details.menu");
      if (menu) menu.open = false;
      find(`#${opener.dataset.openDialog}`)?.showModal();
    }
    if (event.target.closest("[data-print]")) window.print();
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      const field = find(copier.dataset.copy);
      // A field, or a sentence on the page: selected too, for who has no clipboard.
      if (field.select) field.select();
      else window.getSelection().selectAllChildren(field);
      navigator.clipboard?.writeText(field.value ?? field.textContent.trim()).then(() => { say(copier.dataset.copied); }, () => {});
    }
  });

  doc.addEventListener("change", (event) => {
    if (event.target.matches("[data-single-keys]")) {
      singleKeys = event.target.checked;
      try { localStorage.setItem(STORE, singleKeys ? "on" : "off"); } catch { /* kept until the page closes */ }
      showKeys();
    }
    if (event.target.matches("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // Unsaved changes: forms that ask for it with data-warn-unsaved.
  const changed = new Set();
  doc.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form && form.matches("[data-warn-unsaved]")) changed.add(form);
  });
  window.addEventListener("beforeunload", (event) => {
    for (const form of changed) if (!form.isConnected) changed.delete(form);
    if (changed.size) event.preventDefault();
  });

  // Submit once: a second click on the button of a form on its way does nothing.
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method === "dialog") return;
    if (form.dataset.busy) { event.preventDefault(); return; }
    changed.delete(form);
    if (form.method !== "post" || form.hasAttribute("data-many")) return;
    form.dataset.busy = "1";
    form.setAttribute("aria-busy", "true");
    setTimeout(() => { release(form); }, 10000);
  });
  const release = (form) => {
    delete form.dataset.busy;
    form.removeAttribute("aria-busy");
  };
  // The back button shows a page as it was left, busy forms included.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) doc.querySelectorAll("form[data-busy]").forEach(release);
  });

  // htmx: tell what went wrong, and never paste a log-in page into a card.
  const formOf = (event) => event.target.closest?.("form");
  doc.addEventListener("htmx:afterRequest", (event) => { const form = formOf(event); if (form) release(form); });
  doc.addEventListener("htmx:sendError", () => { say(notice?.dataset.offline); });
  doc.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status === 401) window.location.reload();
    else say(notice?.dataset.error);
  });
  doc.addEventListener("htmx:beforeSwap", (event) => {
    const answer = event.detail.xhr.responseText;
    if (/^\s*<!doctype html>/i.test(answer) && !event.detail.boosted) {
      const wanted = event.detail.requestConfig?.elt?.closest("[hx-select]");
      if (!wanted) { event.detail.shouldSwap = false; window.location.assign(event.detail.xhr.responseURL); }
    }
  });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const part = event.target;
    if (part.matches?.("form[data-typed][data-warn-unsaved]")) changed.add(part);
    if (!focusOn(find("[data-focus-inside]", part))) find("[data-focus]", part)?.focus();
  });

  // What somebody types into a part of the page while that part is on its way is not lost when it arrives.
  const asked = new WeakMap();
  const texts = (part) => [...part.querySelectorAll("input[id], textarea[id]")].filter(
    (field) => !/^(hidden|checkbox|radio|file|submit|button)$/.test(field.type));
  doc.addEventListener("htmx:beforeRequest", (event) => {
    const part = event.detail.target;
    if (part) asked.set(event.detail.xhr, new Map(texts(part).map((field) => [field.id, field.value])));
  });
  doc.addEventListener("htmx:beforeSwap", (event) => {
    const before = asked.get(event.detail.xhr);
    const typed = !before ? [] : texts(event.detail.target).filter(
      (field) => before.has(field.id) && before.get(field.id) !== field.value);
    asked.set(event.detail.xhr, typed.map((field) => [field.id, field.value, field === doc.activeElement]));
  });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const typed = asked.get(event.detail.xhr);
    if (!Array.isArray(typed)) return;
    asked.delete(event.detail.xhr);
    for (const [id, value, hadFocus] of typed) {
      const field = doc.getElementById(id);
      if (!field || field.value === value) continue;
      field.value = value;
      if (hadFocus) field.focus();
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });

  // A second button pressed while the part it changes is on its way is pressed when that has arrived.
  const waiting = new Map();
  doc.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[name][hx-post][hx-target]");
    const part = button && find(button.getAttribute("hx-target"));
    if (!part || !part.id || !part.dataset.onItsWay) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting.set(part.id, [button.name, button.value]);
  }, true);
  doc.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id && event.target.matches("button")) event.detail.target.dataset.onItsWay = "1";
  });
  doc.addEventListener("htmx:afterRequest", (event) => {
    const part = doc.getElementById(event.detail.target?.id);
    if (part) delete part.dataset.onItsWay;
  });
  doc.addEventListener("htmx:afterSettle", (event) => {
    const id = event.detail.target?.id;
    const wanted = id && waiting.get(id);
    if (!wanted) return;
    waiting.delete(id);
    const [name, value] = wanted;
    [...doc.querySelectorAll(`#${CSS.escape(id)} button[name="${CSS.escape(name)}"]`)]
      .find((button) => button.value === value)?.click();
  });

  // Enter in a search field inside a form searches; without this it would press the form's first button.
  doc.addEventListener("keydown", (event) => {
    const search = event.target;
    if (event.key !== "Enter" || !search.matches?.("form input[data-enter]")) return;
    event.preventDefault();
    find(search.dataset.enter, search.form)?.click();
  });

  // After a call or a mail: when one comes back to the page, ask whether it is logged. Kept in this tab only.
  const CALLED = "crm.called";
  const tab = {
    read: () => { try { return JSON.parse(sessionStorage.getItem(CALLED)); } catch { return null; } },
    keep: (value) => { try { sessionStorage.setItem(CALLED, JSON.stringify(value)); } catch { /* not asked then */ } },
    drop: () => { try { sessionStorage.removeItem(CALLED); } catch { /* nothing was kept */ } },
  };
  const askAfterCall = () => {
    const bar = find("#after-call");
    const called = tab.read();
    if (!bar || !called || !called.url || !called.url.startsWith("/")) return;
    find("[data-called-name]", bar).textContent = called.name;
    find("a", bar).href = called.url;
    bar.hidden = false;
  };
  doc.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="tel:"], a[href^="mailto:"]');
    const bar = find("#after-call");
    if (bar && event.target.closest("#after-call a, [data-after-call-close]")) { tab.drop(); bar.hidden = true; }
    if (!link || !bar) return;
    const page = link.closest("[data-contact-url]") || find("[data-contact-page]");
    if (!page) return;
    const url = new URL(page.dataset.contactUrl || page.dataset.contactPage, window.location.origin);
    url.searchParams.set("kind", link.protocol === "tel:" ? "call" : "mail");
    const person = link.closest("[data-contact-person]")?.dataset.contactPerson;
    if (person) url.searchParams.set("person", person);
    tab.keep({ url: url.pathname + url.search, name: page.dataset.contactName || "" });
    setTimeout(askAfterCall, 4000);
  });
  window.addEventListener("focus", askAfterCall);
  window.addEventListener("pageshow", askAfterCall);
  doc.addEventListener("visibilitychange", () => { if (!doc.hidden) askAfterCall(); });

  // The search box: hits under it while somebody types. Arrows walk them, Escape puts them away; a second
  // Escape clears the box, as browsers do. Without script Enter opens the page with all hits.
  const box = find("#global-search");
  const hits = find("#search-hits");
  if (box && hits) {
    const away = () => { hits.hidden = true; };
    const links = () => [...hits.querySelectorAll("a")];
    hits.addEventListener("htmx:afterSwap", () => {
      hits.hidden = !hits.textContent.trim() || !box.form.contains(doc.activeElement);
    });
    box.addEventListener("focus", () => { hits.hidden = !box.value.trim() || !hits.textContent.trim(); });
    box.form.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !hits.hidden) {
        event.preventDefault();
        box.focus();
        away();
      }
      if (hits.hidden || !/^Arrow(Up|Down)$/.test(event.key)) return;
      event.preventDefault();
      const row = [box, ...links()];
      const step = event.key === "ArrowDown" ? 1 : -1;
      row[(row.indexOf(doc.activeElement) + step + row.length) % row.length].focus();
    });
    box.form.addEventListener("focusout", (event) => {
      if (!box.form.contains(event.relatedTarget)) away();
    });
    doc.addEventListener("click", (event) => { if (!box.form.contains(event.target)) away(); });
  }

  // All rows at once: a checkbox with data-check-all="name".
  doc.addEventListener("change", (event) => {
    const name = event.target.dataset?.checkAll;
    if (!name) return;
    doc.querySelectorAll(`input[type=checkbox][name="${name}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  });

  doc.addEventListener("DOMContentLoaded", () => {
    showKeys();
    if (!focusOn(find("[data-focus-inside]"))) find("[data-focus]")?.focus();
  });
  showKeys();
})();
