/** What one call may still spend on waiting, its attempts and the pauses between them taken together. */
export class WaitBudget {
  /** Milliseconds. */
  left: number

  constructor(total: number) {
    this.left = total
  }

  /** A wait of so many milliseconds, or as many as are left. */
  limit(milliseconds: number): number {
    return Math.min(milliseconds, Math.max(this.left, 1))
  }

  spend(milliseconds: number): void {
    this.left -= milliseconds
  }
}
