/** Of commands that take a tag. */
export const ENGINE_OPTION: { engine: { description: string } } = {
  engine: { description: 'The tag is that of an engine (default: an app, or else an engine)' },
}
