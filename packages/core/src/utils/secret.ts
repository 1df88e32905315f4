/** A value that no inspection shows: not `console.dir`, `JSON.stringify`, nor `inspect` with hidden properties. */
export class Secret<Value = string> {
  readonly #value: Value

  constructor(value: Value) {
    this.#value = value
  }

  reveal(): Value {
    return this.#value
  }
}
