import { firstFitDecreasing } from './first-fit-decreasing.js'
import { minimumBinSlack } from './minimum-bin-slack.js'
import { binsUsed, left, type Bin, type Load, type Packing } from './model.js'

/** The better of first-fit-decreasing and minimum bin slack: what leaves less unpacked, then what uses fewer bins. */
export function pack(loads: readonly Load[], bins: readonly Bin[]): Packing {
  const one = firstFitDecreasing(loads, bins)
  const other = minimumBinSlack(loads, bins)
  const better = left(loads, other) - left(loads, one) || binsUsed(bins, other) - binsUsed(bins, one)
  return better < 0 ? other : one
}
