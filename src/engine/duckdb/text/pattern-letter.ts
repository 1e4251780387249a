import { DAYS, MONTHS } from "./calendar-name.ts";
import { type Moment, zoneName } from "./moment.ts";

/** A number of at least so many digits. */
export function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}

/** A pattern's letters that Java's old and new formatters write alike; undefined: another. */
export function sharedLetters(letter: string, width: number, at: Moment): string | undefined {
  const hour = Math.floor(at.seconds / 3600);
  switch (letter) {
    case "M":
    case "L":
      return width < 3 ? digits(at.month, width) : name(MONTHS, at.month - 1, width);
    case "d":
      return digits(at.day, width);
    case "D":
      return digits(at.dayOfYear, width);
    case "E":
      return name(DAYS, at.weekday - 1, width);
    case "H":
      return digits(hour, width);
    case "k":
      return digits(hour === 0 ? 24 : hour, width);
    case "K":
      return digits(hour % 12, width);
    case "h":
      return digits(hour % 12 === 0 ? 12 : hour % 12, width);
    case "m":
      return digits(Math.floor(at.seconds / 60) % 60, width);
    case "s":
      return digits(at.seconds % 60, width);
    case "a":
      return hour < 12 ? "AM" : "PM";
    case "z":
      return zoneName(at, width < 4 ? "short" : "long");
    default:
      return undefined;
  }
}

function name(names: readonly string[], index: number, width: number): string {
  const full = names[index] as string;
  return width > 3 ? full : full.slice(0, 3);
}
