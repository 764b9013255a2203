// Sorts and filters the tables of a report where it is opened. Asks nobody, keeps nothing; without it the page says the
// same. Controls appear only here, so that no one sees a control that does nothing.
(() => {
  const rowsOf = (table) => [...table.tBodies[0].rows];
  const textOf = (row, column) => {
    const cell = row.cells[column];
    return cell?.dataset.sort ?? cell?.textContent.trim() ?? '';
  };
  const numberOf = (text) => Number.parseFloat(text.replaceAll(',', '').replace('−', '-')) || 0;
  const sortBy = (table, header, column) => {
    const isUp = header.getAttribute('aria-sort') !== 'ascending';
    const isNumber = header.classList.contains('num');
    const compare = (a, b) =>
      isNumber ? numberOf(a) - numberOf(b) : a.localeCompare(b, 'en', { numeric: true, sensitivity: 'base' });
    const sorted = rowsOf(table).sort((a, b) => {
      const order = compare(textOf(a, column), textOf(b, column));
      return isUp ? order : -order;
    });
    table.tBodies[0].append(...sorted);
    for (const other of table.tHead.rows[0].cells) other.removeAttribute('aria-sort');
    header.setAttribute('aria-sort', isUp ? 'ascending' : 'descending');
  };
  for (const table of document.querySelectorAll('table[data-sortable]')) {
    if (rowsOf(table).length < 2) continue;
    for (const [column, header] of [...table.tHead.rows[0].cells].entries()) {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'sorter';
      button.append(...header.childNodes);
      button.addEventListener('click', () => sortBy(table, header, column));
      header.append(button);
    }
  }

  const tools = document.querySelector('.tools');
  const rows = [...document.querySelectorAll('table.differences tbody tr')];
  if (tools === null || rows.length < 2) return;
  const [words, what] = [tools.querySelector('input'), tools.querySelector('select')];
  const texts = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const whatOf = (row) => row.querySelector('.what').textContent;
  for (const name of [...new Set(rows.map(whatOf))].sort()) what.append(new Option(name, name));
  const filter = () => {
    const wanted = words.value.trim().toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      const text = texts.get(row);
      row.hidden = !(wanted.every((word) => text.includes(word)) && (what.value === '' || whatOf(row) === what.value));
      if (!row.hidden) shown += 1;
    }
    for (const group of document.querySelectorAll('.group')) {
      const own = [...group.querySelectorAll('tbody tr')];
      group.hidden = own.length > 0 && own.every((row) => row.hidden);
    }
    tools.querySelector('p').textContent = shown === rows.length ? '' : `${shown} of the ${rows.length} on this page`;
  };
  words.addEventListener('input', filter);
  what.addEventListener('change', filter);
  tools.hidden = false;
})();
