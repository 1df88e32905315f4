/** The waiting time that one call has left, for all its attempts and the pauses between them. */
export class WaitBudget {
  /** Milliseconds. */
  left: number

  constructor(total: number) {
    this.left = total
  }

  /** Limits a wait to the milliseconds that are left. */
  limit(milliseconds: number): number {
    return Math.min(milliseconds, Math.max(this.left, 1))
  }

  spend(milliseconds: number): void {
    this.left -= milliseconds
  }
}
