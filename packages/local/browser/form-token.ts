/** The header by which a request proves that it comes from a page of the platform. */
export function tokenHeader(): Record<string, string> {
  return { 'x-form-token': document.body.dataset['token'] ?? '' }
}
