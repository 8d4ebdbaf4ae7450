// <nst-prediction right="2">: a question, its answers as a list, and its outcome folded.
//
// Here the answers become buttons. A choice, or unfolding the outcome, also unfolds the output of
// the cell below, which decides the question. Without this script the page's own folds remain.

(() => {
  let count = 0; // of predictions on the page, for ids

  class Prediction extends HTMLElement {
    connectedCallback() {
      const [question, list, outcome] = this.querySelectorAll(":scope > :is(p, ol, details)");
      if (this.outcome) return;
      this.outcome = outcome;
      question.id ||= `prediction-${++count}`;
      this.setAttribute("role", "group");
      this.setAttribute("aria-labelledby", question.id);
      this.buttons = [...list.children].map((item) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...item.childNodes);
        button.addEventListener("click", () => this.choose(button));
        item.append(button);
        return button;
      });
      this.live = document.createElement("div"); // there before its words, so that they are read
      this.live.setAttribute("role", "status");
      list.after(this.live);
      outcome.addEventListener("toggle", () => this.unfold());
    }

    // The button that was pressed keeps the focus; the others can no longer be pressed.
    choose(chosen) {
      if (this.outcome.hidden) return;
      const right = this.buttons[this.getAttribute("right") - 1];
      for (const button of this.buttons) button.disabled = button !== chosen;
      chosen.setAttribute("aria-pressed", "true");
      right.classList.add("right");
      const words = this.outcome.querySelector("p").cloneNode(true);
      words.prepend(chosen === right ? "Right. " : "Not this time. ");
      this.live.append(words);
      this.outcome.hidden = true;
      this.unfold();
    }

    unfold() {
      const output = this.nextElementSibling?.querySelector("details.hide");
      if (output) output.open = true;
    }
  }

  const define = () => customElements.define("nst-prediction", Prediction);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", define);
  else define();
})();
