// Copies one clause of the catalogue. The button is shown only where this script runs.
document.documentElement.classList.add("td-js");

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.(".td-copy");
  const clause = button?.parentElement.querySelector(".td-clause");
  if (!clause) return;
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(clause.textContent);
    button.textContent = "Copied";
  } catch {
    // No access to the clipboard: mark the clause, so that the keyboard can copy it.
    getSelection().selectAllChildren(clause);
    button.textContent = "Marked: press Ctrl+C";
  }
  setTimeout(() => {
    button.textContent = before;
  }, 2500);
});
