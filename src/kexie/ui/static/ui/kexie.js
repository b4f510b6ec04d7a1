/* Small helps on top of pages that work without them. No framework, no inline code (CSP: script-src 'self'). */
(function () {
  "use strict";

  var root = document.documentElement;
  root.classList.add("js");

  var source = document.getElementById("source");
  var keys = document.getElementById("keys");
  var opener = null; // the number whose source is shown
  var here = null; // the address of what the panel shows
  var trail = []; // the sources that led here
  var PIN = "kexie-pinned";
  // What the page itself has put into the panel (notes, steps): it comes back when a source is closed.
  var initial = source && source.children.length ? Array.prototype.slice.call(source.childNodes) : null;
  var openAtStart = source !== null && !source.hidden;

  function remember(name, value) {
    try {
      if (value === null) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, value);
    } catch (error) { /* a browser that keeps nothing: the pin lasts as long as the page */ }
  }

  function recall(name) {
    try { return sessionStorage.getItem(name); } catch (error) { return null; }
  }

  function element(name, text, attributes) {
    var made = document.createElement(name);
    if (text) made.textContent = text;
    Object.keys(attributes || {}).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    return made;
  }

  /* ---- the panel 来源 ---- */

  function pinned() { return source !== null && source.classList.contains("is-pinned"); }

  function showPin(on) {
    source.classList.toggle("is-pinned", on);
    var button = source.querySelector("[data-pin]");
    if (button) button.setAttribute("aria-pressed", on ? "true" : "false");
  }

  function markOpener(link) {
    document.querySelectorAll(".is-open").forEach(function (one) { one.classList.remove("is-open"); });
    if (!link) return;
    link.classList.add("is-open");
    var table = link.closest("table.kx-pivot");
    var cell = link.closest("td");
    if (!table || !cell) return;
    table.querySelectorAll(".is-col, .is-cell").forEach(function (one) { one.classList.remove("is-col", "is-cell"); });
    Array.prototype.forEach.call(table.rows, function (row) {
      var same = row.cells[cell.cellIndex];
      if (same && row.cells.length > cell.cellIndex) same.classList.add("is-col");
    });
    cell.classList.add("is-cell");
  }

  function closeSource() {
    if (!source || source.hidden) return;
    var own = initial !== null && initial[0].isConnected;
    source.hidden = own || !openAtStart;
    if (!own) source.replaceChildren.apply(source, initial || []);
    if (!own && initial) window.htmx.process(source);
    source.classList.toggle("is-initial", initial !== null);
    showPin(false);
    remember(PIN, null);
    trail = [];
    here = null;
    var back = opener;
    opener = null;
    markOpener(null);
    if (back && back.isConnected) back.focus({ preventScroll: true });
  }

  function readySource() {
    source.hidden = false;
    source.classList.remove("is-initial");
    source.removeAttribute("aria-busy");
    showPin(pinned());
    if (pinned() && here) remember(PIN, here);
    var back = source.querySelector("[data-source-back]");
    if (back) back.hidden = trail.length === 0;
    var title = source.querySelector("h2");
    if (title) title.focus({ preventScroll: true });
  }

  function loadSource(address) {
    window.htmx.ajax("GET", address, { target: "#source", swap: "innerHTML" });
  }

  /* ---- errors in words, which stay until they are closed ---- */

  var WORDS = {
    0: ["连不上服务器", "可能断网了，或服务没有开。页面上填的都还在，连上后再试。"],
    400: ["看不懂这个请求", "请刷新这一页再试。"],
    403: ["这一项您看不到", "您的账号没有这项权限。要用的话，请本单位管理员加上角色。"],
    404: ["找不到了", "这条记录可能已经挪走，或不在您看得到的范围里。请刷新这一页。"],
    409: ["别人刚改过", "您的改动没有写进去。请刷新后对照着再改一次。"],
    413: ["文件太大", "没有收下。请分成几个文件，或压缩照片后再交。"],
    423: ["这一期已经上报锁定", "没有改动。要改，请向上级申请开锁。"],
    500: ["系统出错了，不是您的问题", "没有做完，已经存下的都还在。过一会儿再试；还是这样，请告诉管理员。"],
    timeout: ["等得太久", "服务器还没有回话。没有改动什么，请再试一次。"],
    login: ["登录已过期", "页面上填的都还在。请在新窗口登录，再回来接着做。"]
  };

  function wordsFor(status) {
    if (WORDS[status]) return WORDS[status];
    return status >= 500 ? WORDS[500] : WORDS[400];
  }

  function showError(detail, what) {
    var words = wordsFor(what);
    var box = element("div", "", { "class": "kx-notice kx-red", role: "alert" });
    var text = element("div");
    text.append(element("b", words[0]), element("p", words[1]));
    box.append(text);
    var config = detail.requestConfig || {};
    var inSource = source && detail.target === source;
    if (what === "login") {
      box.append(element("a", "去登录", { "class": "btn", href: "/", target: "_blank", rel: "noopener" }));
    } else if (config.verb === "get") {
      var again = element("button", "再试一次", { "class": "btn", type: "button" });
      again.addEventListener("click", function () {
        box.remove();
        window.htmx.ajax("GET", config.path, { target: detail.target, swap: "innerHTML" });
      });
      box.append(again);
    }
    if (inSource) {
      var head = element("header", "", { "class": "kx-source-head" });
      var close = element("button", "关上", { "class": "btn", type: "button", "data-source-close": "" });
      head.append(element("h2", "来源", { tabindex: "-1" }), close);
      var body = element("div", "", { "class": "kx-source-body" });
      body.append(box);
      source.replaceChildren(head, body);
      readySource();
      return;
    }
    var place = document.getElementById("notice");
    if (!place) return;
    if (what !== "login" && config.verb !== "get") {
      var dismiss = element("button", "收起", { "class": "btn", type: "button", "data-dismiss": "" });
      box.append(dismiss);
    }
    place.replaceChildren(box);
    box.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:beforeRequest", function (event) {
    if (!source || event.detail.target !== source) return;
    var link = event.detail.elt;
    if (link && link !== document.body && !source.contains(link)) {
      opener = link;
      trail = [];
      markOpener(link);
    }
    if (source.hidden) { // a slow answer is announced, not waited for in silence
      var head = element("header", "", { "class": "kx-source-head" });
      head.append(element("h2", "来源", { tabindex: "-1" }));
      var body = element("div", "", { "class": "kx-source-body" });
      body.append(element("p", "正在取来源…", { "class": "kx-hint" }));
      source.replaceChildren(head, body);
      source.hidden = false;
    }
    source.classList.remove("is-initial");
    source.setAttribute("aria-busy", "true");
  });

  document.addEventListener("htmx:beforeSwap", function (event) {
    // The session has ended: the answer is the login page, which has no place inside a panel.
    var answer = event.detail.xhr.responseText || "";
    if (event.detail.xhr.status === 200 && answer.indexOf("data-login") !== -1 && answer.indexOf("data-plain") !== -1) {
      event.detail.shouldSwap = false;
      showError(event.detail, "login");
    }
  });

  document.addEventListener("htmx:afterSwap", function (event) {
    if (!source || event.detail.target !== source) return;
    var config = event.detail.requestConfig || {};
    var link = event.detail.elt;
    if (here && here !== config.path && source.dataset.from === "inside") trail.push(here);
    if (source.dataset.from === "back") trail.pop();
    delete source.dataset.from;
    here = config.path || here;
    if (link && link.isConnected && !source.contains(link)) opener = opener || link;
    readySource();
  });

  document.addEventListener("htmx:responseError", function (event) { showError(event.detail, event.detail.xhr.status); });
  document.addEventListener("htmx:sendError", function (event) { showError(event.detail, 0); });
  document.addEventListener("htmx:timeout", function (event) { showError(event.detail, "timeout"); });

  /* ---- clicks ---- */

  // Ctrl, Shift or the middle button open a number in a window of its own, as every link does.
  document.addEventListener("click", function (event) {
    if (!(event.ctrlKey || event.metaKey || event.shiftKey) || !(event.target instanceof Element)) return;
    if (event.target.closest("a[hx-get]")) event.stopImmediatePropagation();
  }, true);

  document.addEventListener("click", function (event) {
    var target = event.target;
    if (!(target instanceof Element)) return;

    if (target.closest("svg a[hx-get]")) event.preventDefault(); // htmx knows the links of HTML only
    if (source && target.closest("#source [hx-get]")) source.dataset.from = "inside";
    if (target.closest("[data-source-close]")) return closeSource();
    if (target.closest("[data-source-open]") && initial) {
      if (!initial[0].isConnected) closeSource();
      return readySource();
    }
    if (target.closest("[data-source-back]")) {
      if (trail.length) {
        source.dataset.from = "back";
        loadSource(trail[trail.length - 1]);
      }
      return;
    }
    if (target.closest("[data-pin]")) {
      showPin(!pinned());
      remember(PIN, pinned() ? here : null);
      return;
    }
    var dismiss = target.closest("[data-dismiss]");
    if (dismiss) {
      dismiss.closest(".kx-notice").remove();
      return;
    }

    document.querySelectorAll("details.kx-menu[open], details.kx-more[open]").forEach(function (menu) {
      if (!menu.contains(target)) menu.open = false;
    });

    // The whole row opens what its title opens.
    var row = target.closest("tr[data-row]");
    if (row && !target.closest("a, button, input, select, label, summary") && !String(window.getSelection())) {
      var link = row.querySelector("a[data-open], a.kx-title");
      if (!link) return;
      if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
      else link.click();
    }

    // Below the width where the panel docks, a click beside it closes it, unless it is pinned.
    if (source && !source.hidden && !pinned() && window.matchMedia("(max-width: 1199.98px)").matches) {
      if (!source.classList.contains("is-initial") && !source.contains(target) && !target.closest("[hx-get]")) closeSource();
    }
  });

  document.addEventListener("change", function (event) {
    var control = event.target;
    if (control instanceof HTMLElement && control.matches("[data-submit]") && control.form) control.form.requestSubmit();
  });

  // A long list that opens can be narrowed by typing.
  document.addEventListener("input", function (event) {
    var box = event.target;
    if (!(box instanceof HTMLElement) || !box.matches("[data-filter]")) return;
    var wanted = box.value.trim().toLowerCase();
    var group = null;
    box.closest(".kx-menu-body").querySelectorAll("li").forEach(function (item) {
      if (item.classList.contains("kx-menu-group")) {
        group = item;
        group.hidden = wanted !== "";
        return;
      }
      item.hidden = item.textContent.toLowerCase().indexOf(wanted) === -1;
      if (group && !item.hidden) group.hidden = false;
    });
  });

  document.addEventListener("toggle", function (event) {
    var box = event.target instanceof Element && event.target.matches("details.kx-menu[open]") && event.target.querySelector("[data-filter]");
    if (box) box.focus();
  }, true);

  /* ---- keys ---- */

  function typing(target) {
    return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
  }

  function move(step) {
    var links = Array.prototype.slice.call(document.querySelectorAll("main tr[data-row] a[data-open], main tr[data-row] a.kx-title"));
    if (!links.length) return false;
    var row = document.activeElement && document.activeElement.closest("tr[data-row]");
    var now = links.findIndex(function (link) { return link.closest("tr[data-row]") === row; });
    var next = now < 0 ? (step > 0 ? 0 : links.length - 1) : Math.min(Math.max(now + step, 0), links.length - 1);
    links[next].focus();
    return true;
  }

  document.addEventListener("keydown", function (event) {
    if (event.isComposing || event.defaultPrevented) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing(event.target) && event.target.form) {
      event.preventDefault();
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      if (keys && keys.open) return; // the dialog closes itself
      var menu = document.querySelector("details.kx-menu[open], details.kx-more[open]");
      if (menu) {
        event.preventDefault();
        menu.open = false;
        menu.querySelector("summary").focus();
      } else if (typing(event.target)) {
        event.target.blur();
      } else if (!pinned()) {
        closeSource();
      }
      return;
    }
    if (typing(event.target)) return;
    var done = true;
    if (event.key === "/") {
      var search = document.querySelector("[data-search]");
      if (search) search.focus();
      else done = false;
    } else if (event.key === "?" || event.key === "？") {
      if (keys && keys.showModal && !keys.open) keys.showModal();
    } else if (event.key === "j") {
      done = move(1);
    } else if (event.key === "k") {
      done = move(-1);
    } else {
      done = false;
    }
    if (done) event.preventDefault();
  });

  /* ---- a pinned panel stays when the page changes ---- */

  if (source) {
    var kept = recall(PIN);
    if (kept && kept.charAt(0) === "/" && kept.charAt(1) !== "/") {
      here = kept;
      source.classList.add("is-pinned");
      loadSource(kept);
    }
  }
})();
