"use strict";
(() => {
  const form = document.querySelector(".filters");
  if (!form) return;
  const body = document.querySelector("tbody");
  const rows = [...body.rows].map(row => ({
    row,
    severity: row.dataset.severity,
    platforms: row.dataset.platforms.split(" "),
    image: row.dataset.image,
    fixable: row.dataset.fixable === "yes",
    accepted: row.classList.contains("accepted"),
    text: row.textContent.toLowerCase(),
  }));
  const status = document.querySelector(".count");
  const checked = name => new Set([...form.querySelectorAll(`input[name=${name}]:checked`)].map(x => x.value));
  const has = name => form.elements[name].checked;

  const filter = () => {
    const severities = checked("severity"), platforms = checked("platform"), images = checked("image");
    const severalImages = form.querySelector("input[name=image]") !== null;
    const words = form.elements.text.value.toLowerCase().split(/\s+/).filter(x => x);
    const [fixable, accepted] = [has("fixable"), has("accepted")];
    let shown = 0;
    for (const x of rows) {
      const visible = severities.has(x.severity) && x.platforms.some(p => platforms.has(p)) && (!severalImages || images.has(x.image))
        && (!fixable || x.fixable) && (accepted || !x.accepted) && words.every(w => x.text.includes(w));
      x.row.hidden = !visible;
      if (visible) shown++;
    }
    const hidden = rows.filter(x => x.accepted).length;
    status.textContent = `${shown} of ${rows.length} findings${hidden && !accepted ? `, ${hidden} accepted ${hidden === 1 ? "one" : "ones"} not shown` : ""}`;
  };

  const heads = [...document.querySelectorAll("th")];
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const key = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  const sort = column => {
    const head = heads[column];
    const first = column === 0 ? "descending" : "ascending";
    const other = first === "descending" ? "ascending" : "descending";
    const direction = head.ariaSort === first ? other : first;
    heads.forEach(x => x.ariaSort = x === head ? direction : "none");
    const sign = direction === "ascending" ? 1 : -1;
    const sorted = rows.map((x, index) => [x.row, key(x.row, column), index]).sort((a, b) => sign * order.compare(a[1], b[1]) || a[2] - b[2]);
    if (sorted.every((x, index) => x[0] === body.rows[index])) return;
    // Out of the page while they move: each of twenty thousand rows would be laid out anew otherwise.
    const table = body.parentNode;
    body.remove();
    body.append(...sorted.map(x => x[0]));
    table.append(body);
  };

  heads.forEach((head, column) => head.querySelector("button").addEventListener("click", () => sort(column)));
  form.addEventListener("input", filter);
  form.addEventListener("submit", event => event.preventDefault());
  form.hidden = false;
  filter();
  // The order the rows come in has the accepted ones last.
  sort(0);
})();
