// How safe the pane's text is, in a word and a time. Nothing is called saved before the disk has it.
import type { Saved } from '$generated/Saved';
import type { VaultTrouble } from '$generated/VaultTrouble';
import type { LineName } from '$shared/icons';
import { clock, clockWithSeconds } from '$shared/time';

/** What stands in the pane's head. */
export interface SavedWord {
  readonly icon: LineName | null;
  readonly tone: 'good' | 'local' | 'plain' | 'bad';
  readonly word: string;
}

/** The words; `offset` makes this machine's clock the server's, ms. */
export function savedWord(saved: Saved, offset: number): SavedWord {
  switch (saved.kind) {
    case 'empty': return { icon: null, tone: 'plain', word: '' };
    case 'writing': return { icon: null, tone: 'plain', word: '保存しています' };
    case 'draft': return { icon: 'check', tone: 'good', word: saved.held_back ? '下書き保存済み' : `下書き保存済み ${clock(saved.at + offset)}` };
    case 'stored':
      return saved.synced
        ? { icon: 'check', tone: 'good', word: `保存済み ${clockWithSeconds(saved.at + offset)}` }
        : { icon: 'disk', tone: 'local', word: `PCに保存 ${clockWithSeconds(saved.at + offset)}` };
    case 'failed': return { icon: 'alert', tone: 'bad', word: '保存できません' };
  }
}

/** Why nothing can be written, and what to do. */
export function troubleWord(trouble: VaultTrouble): string {
  switch (trouble) {
    case 'disk_full': return 'パソコンの空き容量がありません。不要なファイルを消すと、ひとりでに保存を続けます。それまで、文字はこの画面にだけあります。';
    case 'broken': return 'このパソコンの記録に書き込めません。文字はこの画面にだけあります。業務責任者に知らせてください。';
    case 'newer': return 'このパソコンの記録は、新しい版のアプリで作られています。アプリを新しくしてください。それまで、記録は書けません。';
    case 'locked': return 'このパソコンの記録を開けません。いったん退席し、パスワードでログインし直してください。';
  }
}
