/**
 * The settings of a page: controls of a form by name, mirrored in the address, so that a link restores the page.
 * Groups of checkboxes with one name are lists, in the order of the page.
 */

/** The settings by the names of the controls. */
export type Settings = Readonly<Record<string, string>>;

/** A form whose settings are in the address. */
export interface Controls {
  /** The present settings. */
  readonly settings: () => Settings;
  /** Puts a setting without a control into the address. */
  readonly keep: (name: string, value: string) => void;
}

/**
 * Binds a form to the address: takes what the address says, then writes every change into it.
 *
 * @param form - The form.
 * @param changed - Called after each change, with the name of the control.
 * @param extra - Settings without a control, with their defaults.
 */
export function bindControls(
  form: HTMLFormElement,
  changed: (name: string) => void,
  extra: Readonly<Record<string, string>> = {},
): Controls {
  const others: Record<string, string> = { ...extra };
  const restore = () => {
    for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
      if (Object.hasOwn(others, name)) others[name] = value;
      else setControl(form, name, value);
    }
  };
  const settings = () => ({ ...readControls(form), ...others });
  const write = () => {
    const text = new URLSearchParams(settings()).toString();
    history.replaceState(null, "", `#${text}`);
  };
  restore();
  showOutputs(form);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", ({ target }) => {
    showOutputs(form);
    write();
    changed((target as HTMLInputElement).name);
  });
  addEventListener("hashchange", () => {
    restore();
    showOutputs(form);
    changed("");
  });
  return {
    settings,
    keep: (name, value) => {
      others[name] = value;
      write();
    },
  };
}

type Control = HTMLInputElement | HTMLSelectElement;

const controlsOf = (form: HTMLFormElement) =>
  [...form.elements].filter(
    (one): one is Control =>
      (one instanceof HTMLInputElement || one instanceof HTMLSelectElement) && one.name !== "",
  );

const isTicked = (control: Control): boolean =>
  control.type === "checkbox" || control.type === "radio";

function readControls(form: HTMLFormElement): Record<string, string> {
  const found: Record<string, string> = {};
  for (const control of controlsOf(form)) {
    if (control.type === "checkbox") {
      const before = found[control.name] ?? "";
      const own = (control as HTMLInputElement).checked ? control.value : "";
      found[control.name] = [before, own].filter(Boolean).join(",");
    } else if (!isTicked(control) || (control as HTMLInputElement).checked)
      found[control.name] = control.value;
  }
  return found;
}

/** Sets the controls of a name. A value that they do not have is left out. */
function setControl(form: HTMLFormElement, name: string, value: string): void {
  const own = controlsOf(form).filter((control) => control.name === name);
  const values = value.split(",");
  const isKnown = own.some((control) => isTicked(control) && values.includes(control.value));
  for (const control of own) {
    if (isTicked(control)) {
      if (isKnown || (value === "" && control.type === "checkbox"))
        (control as HTMLInputElement).checked = values.includes(control.value);
    } else if (control instanceof HTMLSelectElement) {
      if ([...control.options].some((option) => option.value === value)) control.value = value;
    } else if (value !== "" && Number.isFinite(Number(value))) control.value = value;
  }
}

/** Writes the value of each slider beside it: the element with data-of, through a power of ten where it says so. */
function showOutputs(form: HTMLFormElement): void {
  for (const output of form.querySelectorAll<HTMLElement>("[data-of]")) {
    const control = form.elements.namedItem(output.dataset.of ?? "") as HTMLInputElement;
    output.textContent =
      output.dataset.power === undefined ? control.value : power(Number(control.value));
  }
}

/** 10^x as text: 0.03, 1e-4. */
export function power(x: number): string {
  return String(Number((10 ** x).toPrecision(2)));
}
