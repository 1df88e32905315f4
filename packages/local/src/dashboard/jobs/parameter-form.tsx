import type { JsonSchema } from 'bytenite-uploader/wire'
import type { JSX } from 'hono/jsx/jsx-runtime'
import { formJson } from '../page/shown-json.js'
import { fieldsOf, type SchemaField } from './schema-fields.js'

interface ParameterFormProps {
  part: 'partitioner' | 'app' | 'assembler'
  /** Of its archive; absent if it has none. */
  schema: JsonSchema | undefined
  /** To start with. */
  value: unknown
}

/** The parameters of a part: as fields, if there is a schema, and as JSON. A script keeps both the same; the JSON is sent. */
export function ParameterForm({ part, schema, value }: ParameterFormProps): JSX.Element {
  const fields = fieldsOf(schema)
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
  const start = {
    ...Object.fromEntries(fields.filter((field) => field.default !== undefined).map((field) => [field.name, field.default])),
    ...given,
  }
  return (
    <fieldset class="parameters" data-part={part}>
      <legend>Parameters of the {part}</legend>
      {fields.map((field) => (
        <Field part={part} field={field} value={start[field.name]} />
      ))}
      <details open={fields.length === 0} id={`json-${part}`}>
        <summary>As JSON</summary>
        <label>
          JSON
          <textarea name={`json.${part}`} rows={6} spellcheck={false} data-field={`params.${part}`}>
            {formJson(value === undefined || value === null || value === given ? start : value)}
          </textarea>
        </label>
        <p class="error" hidden />
      </details>
    </fieldset>
  )
}

function Field({ part, field, value }: { part: string; field: SchemaField; value: unknown }): JSX.Element {
  const { name, title, description, isRequired, type } = field
  const id = `field-${part}-${name}`
  return (
    <div class="field">
      <label for={id}>
        {title}
        {isRequired && <small> (required)</small>}
      </label>
      <Input id={id} field={field} value={value} path={`params.${part}/${name}`} />
      {description !== '' && <small id={`${id}-hint`}>{description}</small>}
      {type === 'json' && <small>JSON</small>}
      <p class="error" hidden />
    </div>
  )
}

function Input({ id, field, value, path }: { id: string; field: SchemaField; value: unknown; path: string }): JSX.Element {
  const { name, type, choices, minimum, maximum, description } = field
  const common = {
    id,
    'data-parameter': name,
    'data-type': type,
    'data-field': path,
    'aria-describedby': description === '' ? undefined : `${id}-hint`,
  }
  switch (type) {
    case 'boolean':
      return <input type="checkbox" checked={value === true} {...common} />
    case 'choice':
      return (
        <select {...common}>
          <option value="" />
          {choices.map((choice) => (
            <option value={JSON.stringify(choice)} selected={JSON.stringify(choice) === JSON.stringify(value)}>
              {typeof choice === 'string' ? choice : JSON.stringify(choice)}
            </option>
          ))}
        </select>
      )
    case 'number':
    case 'integer':
      return (
        <input type="number" step={type === 'integer' ? '1' : 'any'} min={minimum} max={maximum} value={fieldText(value)} {...common} />
      )
    case 'json':
      return <input type="text" value={value === undefined ? '' : JSON.stringify(value)} {...common} />
    default:
      return <input type="text" value={fieldText(value)} {...common} />
  }
}

/** What is of another type than the field stands in the JSON only. */
function fieldText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
