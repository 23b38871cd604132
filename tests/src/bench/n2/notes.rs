//! Made-up handling notes of a My Number card desk, and questions about them. No person stands in them.

use client::vault::index::{Columns, Doc, Place, fold};
use desk::ids::OperatorId;
use desk::time::Time;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};

/// What such notes speak of, the commonest first.
const SUBJECTS: [&str; 72] = [
    "カード",
    "申請",
    "マイナンバーカード",
    "交付",
    "受取",
    "予約",
    "本人",
    "暗証番号",
    "電子証明書",
    "更新",
    "有効期限",
    "来庁",
    "本人確認",
    "書類",
    "手続き",
    "窓口",
    "交付通知書",
    "住所",
    "変更",
    "運転免許証",
    "健康保険証",
    "紛失",
    "再発行",
    "手数料",
    "代理人",
    "委任状",
    "照会書",
    "顔写真",
    "不備",
    "郵送",
    "封筒",
    "市役所",
    "支所",
    "案内",
    "確認",
    "電話",
    "折返し",
    "連絡票",
    "再設定",
    "ロック解除",
    "コンビニ交付",
    "マイナポータル",
    "ﾏｲﾅ保険証",
    "スマホ用電子証明書",
    "公金受取口座",
    "転入",
    "転出",
    "戸籍",
    "氏名変更",
    "旧氏",
    "15歳未満",
    "法定代理人",
    "成年後見人",
    "在留期間",
    "特急発行",
    "施設入所",
    "要介護認定",
    "母子手帳",
    "パスポート",
    "住民票",
    "印鑑登録",
    "継続利用",
    "追記欄",
    "署名用",
    "利用者証明用",
    "顔認証カード",
    "出生届",
    "海外留学",
    "長期入院",
    "休日開庁",
    "夜間窓口",
    "システム停止",
];

const ENDINGS: [&str; 24] = [
    "の",
    "を",
    "について",
    "が必要。",
    "したいとのこと。",
    "を案内した。",
    "は",
    "に",
    "できないとの申出。",
    "のため",
    "が届かない。",
    "を希望。",
    "済み。",
    "と説明し了承いただく。",
    "の場合は",
    "で",
    "がわからない、",
    "を持参していただくよう伝えた。",
    "へ",
    "していない。",
    "の件、",
    "ご家族が",
    "から",
    " ",
];

const TELLING: &str = "上尾原市平方大谷石戸瓦葺愛宕緑丘柏座本町宮谷津東西南北中央日ノ出浅間台今泉向山小敷谷領家藤波菅沼川越鴻巣桶伊奈蓮田\
    白岡久喜加須羽生行熊深寄居秩父飯能狭山入間所沢朝霞志木和光新座富士見坂戸鶴島毛呂越生滑嵐吉美幸杉戸松伏三郷八潮草蕨戸田鳩井";

/// Words besides the subjects: names of streets and houses, of which each note has few and each is rare.
const RARE: usize = 6000;

/// Notes and questions from one seed.
pub struct Notes {
    chance: StdRng,
    words: Vec<String>,
    zipf: WeightedIndex<f64>,
    began: u64,
}

impl Notes {
    /// The first note's contact begins on 2026-04-01.
    pub fn new() -> Notes {
        let mut chance = StdRng::seed_from_u64(2);
        let telling: Vec<char> = TELLING.chars().filter(|letter| !letter.is_whitespace()).collect();
        let mut words: Vec<String> = SUBJECTS.map(str::to_owned).to_vec();
        words.extend((0..RARE).map(|_| {
            let length = chance.random_range(2..4);
            (0..length).map(|_| telling.choose(&mut chance).copied().unwrap_or('町')).collect()
        }));
        let weights = (0..words.len()).map(|rank| 1.0 / (rank as f64 + 4.0));
        let zipf = WeightedIndex::new(weights).expect("the weights are positive");
        Notes { chance, words, zipf, began: 1_775_001_600_000 }
    }

    /// The next notes, in the order of time.
    pub fn next(&mut self, many: usize) -> Vec<Doc> {
        (0..many).map(|_| self.note()).collect()
    }

    fn note(&mut self) -> Doc {
        let chance = &mut self.chance;
        self.began += chance.random_range(1_000..400_000);
        let length = chance.random_range(40..=150);
        let mut text = String::with_capacity(600);
        let mut letters = 0;
        while letters < length {
            let from = text.len();
            text.push_str(&self.words[self.zipf.sample(chance)]);
            match chance.random_range(0..20) {
                0 => text.push_str(&format!(
                    "{}月{}日",
                    chance.random_range(1..13),
                    chance.random_range(1..29)
                )),
                1 => text.push_str(&format!(
                    "{}:{:02}",
                    chance.random_range(8..18),
                    chance.random_range(0..60)
                )),
                2 => text.push_str(&format!("W-2026{:04}", chance.random_range(0..10_000))),
                _ => {}
            }
            text.push_str(ENDINGS.choose(chance).copied().unwrap_or_default());
            letters += text[from..].chars().count();
        }
        let text: String = text.chars().take(length).collect();
        let columns = Columns {
            category: 100 * chance.random_range(1..7) + chance.random_range(1..10),
            disposition: chance.random_range(0..5),
            operator: OperatorId(chance.random_range(1..25)),
            channel: chance.random_range(0..2),
        };
        Doc { place: Place::of(Time(self.began), 0), columns, folded: fold(&text) }
    }

    /// A question of one to six letters: a part of some text, a word's beginning, or what is hardly there.
    pub fn question(&mut self, docs: &[Doc]) -> String {
        let length = self.chance.random_range(1..=6);
        let source = match self.chance.random_range(0..10) {
            0..5 => docs.choose(&mut self.chance).map(|doc| doc.folded.clone()).unwrap_or_default(),
            5..7 => self.words[self.zipf.sample(&mut self.chance)].clone(),
            _ => (0..4)
                .filter_map(|_| self.words.choose(&mut self.chance).and_then(|word| word.chars().next()))
                .collect(),
        };
        let letters: Vec<char> = fold(&source).chars().filter(|letter| *letter != ' ').collect();
        let from = self.chance.random_range(0..=letters.len().saturating_sub(length));
        letters.into_iter().skip(from).take(length).collect()
    }

    /// A rare word of two letters.
    pub fn rare(&mut self) -> String {
        let from = SUBJECTS.len() + RARE / 2;
        let word = self.words[from..].choose(&mut self.chance).cloned().unwrap_or_default();
        fold(&word).chars().take(2).collect()
    }

    /// What an operator narrows a search by.
    pub fn filter(&mut self, docs: &[Doc]) -> client::vault::index::Filter {
        let Columns { category, operator, channel, .. } =
            docs.choose(&mut self.chance).map_or_else(|| docs[0].columns, |doc| doc.columns);
        client::vault::index::Filter {
            category: self.chance.random_bool(0.6).then_some(category),
            operator: self.chance.random_bool(0.4).then_some(operator),
            channel: self.chance.random_bool(0.3).then_some(channel),
            ..Default::default()
        }
    }
}
