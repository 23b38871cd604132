// Which of the missing fields stand in the centre's form.
import type { NeedField } from '$generated/NeedField';

const FORM: readonly NeedField[] = ['name', 'kana', 'birth', 'sex', 'address', 'phone', 'reachable'];

/** The missing fields of the form, in its order. */
export function asked(missing: readonly NeedField[]): NeedField[] {
  return missing.filter((field) => FORM.includes(field));
}

/** What the finish button says beside its verb; none: nothing is missing. */
export function finishBadge(missing: readonly NeedField[], blocked: boolean): string | null {
  if (blocked) return '要修正';
  const [only] = missing;
  if (only === undefined) return null;
  return missing.length === 1 && only === 'sheet' ? '連絡票が未作成' : `あと${missing.length}項目`;
}
