/** Deleting the account: asked once, with what is lost. */

import { deleteAccount } from "../api.js";
import { button } from "../components/buttons.js";
import { openDialog } from "../components/dialog.js";
import { notice } from "../components/notice.js";
import { h, replace } from "../dom.js";
import { errorMessage, ServiceError } from "../errors.js";
import { t } from "../i18n/index.js";
import { leftForSignIn } from "../page.js";

/**
 * @param {boolean} subscribed whether a subscription still runs, and ends with the account
 * @param {() => Promise<void>} deleted
 */
export function openDeleteDialog(subscribed, deleted) {
  const dialog = openDialog({ title: t("deletion.title"), testid: "delete-dialog" });
  const trouble = h("div", { class: "form__result" });
  const confirm = button(t("deletion.confirm"), {
    kind: "danger",
    testid: "confirm-delete",
    press: async () => {
      replace(trouble);
      dialog.lock(true);
      try {
        await deleteAccount();
        dialog.close();
        await deleted();
      } catch (error) {
        refused(error);
      } finally {
        dialog.lock(false);
      }
    },
  });
  replace(
    dialog.body,
    subscribed && h("p", {}, t("deletion.subscribed")),
    h("p", {}, t("deletion.text")),
    trouble,
    h("div", { class: "dialog__actions" }, button(t("deletion.keep"), { press: dialog.close, testid: "dismiss-delete" }), confirm),
  );

  /** @param {unknown} error */
  function refused(error) {
    console.error(error);
    if (leftForSignIn(error)) {
      return;
    }
    // Asked again, the server goes on where it was interrupted.
    const text = error instanceof ServiceError && error.outcomeUnknown ? t("deletion.unknown") : errorMessage(error);
    replace(trouble, notice({ tone: "danger", text, testid: "delete-error" }));
  }
}
