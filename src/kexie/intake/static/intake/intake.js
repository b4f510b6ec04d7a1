/* 材料: files one after the other with progress, keys of the reader. Everything works without it, only slower. */
(function () {
  "use strict";

  /* ---- bringing files in ---- */

  var form = document.querySelector("form[data-upload]");
  if (form) {
    var list = document.querySelector("[data-progress]");
    var drop = form.querySelector("[data-drop]");
    var input = form.querySelector("[data-files]");
    var queue = [];
    var busy = false;
    var done = 0, bad = 0;

    var add = function (files) {
      Array.prototype.forEach.call(files, function (file) {
        if (file.name.charAt(0) === ".") return; // what systems hide in folders
        var row = document.createElement("li");
        var name = document.createElement("span");
        var bar = document.createElement("progress");
        var told = document.createElement("span");
        name.className = "name";
        name.textContent = name.title = file.name;
        bar.max = 100;
        bar.value = 0;
        bar.setAttribute("aria-label", file.name);
        told.className = "kx-hint";
        told.textContent = "排着";
        row.append(name, bar, told);
        list.append(row);
        queue.push({ file: file, bar: bar, told: told });
      });
      next();
    };

    var next = function () {
      if (busy || !queue.length) return;
      busy = true;
      var item = queue.shift();
      var data = new FormData();
      ["csrfmiddlewaretoken", "organisation", "period"].forEach(function (key) { data.append(key, form.elements[key].value); });
      data.append("file", item.file);
      var request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "text/x-kexie-rows");
      request.upload.onprogress = function (event) {
        if (event.lengthComputable) item.bar.value = (90 * event.loaded) / event.total;
        item.told.textContent = event.loaded === event.total ? "在读" : "在传";
      };
      request.onloadend = function () {
        item.bar.value = 100;
        var fine = request.status === 200;
        if (fine || request.status === 422) {
          item.told.className = "";
          item.told.innerHTML = request.responseText;
        } else {
          item.told.className = "intake-bad";
          item.told.textContent = request.status === 0 ? "断网了，没有收下，请再拖一次" : request.status === 413 ? "文件太大，没有收下" : "没有收下，请再试一次";
        }
        done += 1;
        if (!fine) bad += 1;
        busy = false;
        if (queue.length) next();
        else finish();
      };
      request.send(data);
    };

    var finish = function () {
      var row = document.createElement("li");
      var link = document.createElement("a");
      link.href = form.dataset.list || location.pathname;
      link.textContent = "看材料";
      var words = document.createElement("b");
      words.textContent = "读完" + (done - bad) + "个" + (bad ? "，" + bad + "个没有收下" : "");
      row.append(words, document.createElement("span"), link);
      list.append(row);
      row.scrollIntoView({ block: "nearest" });
      done = bad = 0;
    };

    input.addEventListener("change", function () { add(input.files); input.value = ""; });
    form.querySelector("[data-folder]").addEventListener("click", function () {
      var picker = document.createElement("input");
      picker.type = "file";
      picker.webkitdirectory = true;
      picker.addEventListener("change", function () { add(picker.files); });
      picker.click();
    });
    ["dragover", "dragenter"].forEach(function (kind) {
      drop.addEventListener(kind, function (event) { event.preventDefault(); drop.classList.add("is-over"); });
    });
    drop.addEventListener("dragleave", function () { drop.classList.remove("is-over"); });
    drop.addEventListener("drop", function (event) {
      event.preventDefault();
      drop.classList.remove("is-over");
      collect(event.dataTransfer, add);
    });
  }

  // A dropped folder is walked; a browser that cannot gives its files only.
  function collect(transfer, add) {
    var entries = Array.prototype.map.call(transfer.items || [], function (item) { return item.webkitGetAsEntry && item.webkitGetAsEntry(); }).filter(Boolean);
    if (!entries.length) { add(transfer.files); return; }
    entries.forEach(function walk(entry) {
      if (entry.isFile) entry.file(function (file) { add([file]); });
      else {
        var reader = entry.createReader();
        (function more() { reader.readEntries(function (some) { if (some.length) { some.forEach(walk); more(); } }); })();
      }
    });
  }

  /* ---- the reader ---- */

  var drafts = Array.prototype.slice.call(document.querySelectorAll("[data-draft]"));
  var plain = document.querySelector("[data-plain]");
  if (plain) plain.addEventListener("click", function () {
    var on = document.body.classList.toggle("is-plain");
    plain.setAttribute("aria-pressed", on ? "true" : "false");
    plain.textContent = on ? "标出读到的" : "只看原文";
  });
  if (!drafts.length) return;

  function here() { return drafts.indexOf(document.activeElement && document.activeElement.closest("[data-draft]")); }

  function show(draft) {
    draft.focus({ preventScroll: true });
    draft.scrollIntoView({ block: "nearest" });
    document.querySelectorAll(".intake-paper p.is-here").forEach(function (one) { one.classList.remove("is-here"); });
    var number = draft.id.slice(1);
    var mark = Array.prototype.find.call(document.querySelectorAll(".intake-paper .intake-number"), function (one) { return one.textContent === number; });
    if (mark) {
      mark.parentElement.classList.add("is-here");
      mark.parentElement.scrollIntoView({ block: "nearest" });
    }
  }

  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    var now = here();
    if (event.key === "j" || event.key === "k") {
      var step = event.key === "j" ? 1 : -1;
      show(drafts[now < 0 ? 0 : Math.min(Math.max(now + step, 0), drafts.length - 1)]);
      event.preventDefault();
    } else if ((event.key === "y" || event.key === "n") && now >= 0) {
      var button = drafts[now].querySelector(event.key === "y" ? "[data-yes]" : "[data-no]");
      if (button) button.click();
      event.preventDefault();
    }
  });
  drafts.forEach(function (draft) {
    draft.addEventListener("click", function (event) { if (!event.target.closest("a, button, input")) show(draft); });
  });
  if (location.hash.indexOf("#d") === 0) {
    var back = document.getElementById(location.hash.slice(1));
    if (back) show(back);
  }
})();
