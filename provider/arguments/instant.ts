/**
 * Dates and times of RFC 3339, as image configs have them.
 * @see https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 * @module
 */

const PATTERN =
  /^(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(\.\d{1,9})?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export const Instant = {
  /** Leap seconds are refused, as Go does. */
  is(text: string): boolean {
    const [, date, time] = PATTERN.exec(text) ?? [];
    const local = new Date(`${date}T${time}Z`);
    // A 30th of February would become a day of March.
    if (isNaN(local.valueOf()) || local.toISOString() !== `${date}T${time}.000Z`) return false;
    // An offset may lead out of the years that have four digits.
    return /^\d{4}-/.test(Instant.inUtc(text));
  },

  /** The same instant is always the same text: UTC, and no more digits than are needed, as Go writes it. */
  inUtc(text: string): string {
    const [, date, time, fraction = "", offset = "Z"] = PATTERN.exec(text) ?? [];
    const seconds = new Date(`${date}T${time}${offset.toUpperCase()}`).toISOString().slice(0, -5);
    return `${seconds}${fraction.replace(/\.?0+$/, "")}Z`;
  },
};
