/** Hides a value from `console.dir`, `JSON.stringify` and `util.inspect`, even with `showHidden`. */
export class Secret<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  reveal(): Value {
    return this.#value
  }
}
