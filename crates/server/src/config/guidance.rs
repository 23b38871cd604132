//! The cards, pages and numbers that are shipped: what a centre starts with before it writes its own.
//! domain.md B-1 is where the procedures come from; a centre checks them before it goes live.

use link::state::{DirectoryEntry, GuidanceCard, LobbyContact, WebPage};

/// A card as it stands here: name, heading, nothing read aloud, mask proposed, steps.
type Shipped = (&'static str, &'static str, bool, bool, &'static [&'static str]);

const CARDS: [Shipped; 12] = [
    (
        "card_place",
        "カードの置き方",
        false,
        false,
        &[
            "マイナンバーカードの表(顔写真の面)を上に向けます。",
            "カードリーダーの奥まで、まっすぐ差し込みます。",
            "画面に次の案内が出るまで、カードを抜かないでください。",
        ],
    ),
    (
        "application_id",
        "申請書IDを入れる",
        true,
        true,
        &[
            "お手元の交付申請書で「申請書ID」の欄を探します。",
            "23けたの数字を、画面の欄に左から順に入れます。",
            "数字は声に出さず、ご自分の目で確かめてください。",
            "紙と同じになっていたら、「次へ」を押します。",
        ],
    ),
    (
        "photo",
        "顔写真を撮る",
        false,
        false,
        &[
            "帽子・マスク・サングラスを外します。",
            "いすに深く座り、カメラの正面を向きます。",
            "背景に物が写らないように、壁の前に顔を合わせます。",
            "「撮影」を押して、動かずにお待ちください。",
            "目が開いていて、影がないことを確かめます。",
        ],
    ),
    (
        "online_application",
        "オンラインで申請する",
        true,
        false,
        &[
            "「オンライン申請サイト」のボタンを押します。",
            "利用規約を読み、「確認」に印を付けます。",
            "申請書IDとメールアドレスを入れます。",
            "届いたメールの案内から、顔写真を登録します。",
            "生年月日を入れ、内容を確かめて申請します。",
        ],
    ),
    (
        "pin",
        "暗証番号を入れる",
        true,
        true,
        &[
            "画面が目隠しになったことを確かめます。",
            "暗証番号は声に出さないでください。",
            "周りから見えないように、手で隠して入れます。",
            "続けて間違えるとロックされます。迷ったら止めてお知らせください。",
            "入れ終わったら「終わりました」とお知らせください。",
        ],
    ),
    (
        "portal_login",
        "マイナポータルにログインする",
        true,
        true,
        &[
            "「マイナポータル」のボタンを押します。",
            "「ログイン」を押し、カードをカードリーダーに置きます。",
            "利用者証明用の暗証番号(4けた)を入れます。",
            "お名前の表示がご本人のものか、確かめてください。",
        ],
    ),
    (
        "health_insurance",
        "健康保険証の利用登録",
        true,
        false,
        &[
            "マイナポータルで「健康保険証」を選びます。",
            "登録の状況を確かめます。",
            "「利用を申し込む」を押し、規約を読んで同意します。",
            "「登録完了」と出たら終わりです。",
        ],
    ),
    (
        "payment_account",
        "公金受取口座の登録",
        true,
        true,
        &[
            "ご本人名義の通帳かキャッシュカードをご用意ください。",
            "マイナポータルで「公金受取口座の登録」を選びます。",
            "金融機関と支店を選びます。",
            "口座番号は声に出さず、ご自分で入れてください。",
            "お名前と口座がご本人のものか確かめ、「登録」を押します。",
        ],
    ),
    (
        "certificate",
        "電子証明書の有効期限",
        false,
        false,
        &[
            "カードの表の、手書きの「電子証明書の有効期限」の欄を見ます。",
            "期限の3か月前から、無料で更新できます。",
            "更新は市の窓口で行います。ここでは予約のご案内をします。",
        ],
    ),
    (
        "pin_reset",
        "暗証番号がロックされたとき",
        true,
        false,
        &[
            "署名用は5回、利用者証明用は3回の間違いでロックされます。",
            "市の窓口で、ご本人が再設定できます。",
            "もう一方の暗証番号が分かる方は、コンビニの端末でも再設定できます。",
        ],
    ),
    (
        "lost",
        "カードをなくしたとき",
        false,
        false,
        &[
            "先に 0120-95-0178 に電話し、2番を選びます(24時間・年中無休)。",
            "カードの一時停止をお願いします。",
            "警察に遺失届を出し、受理番号を控えます。",
            "市の窓口で再交付を申し込みます。",
        ],
    ),
    (
        "finish",
        "終わったら",
        false,
        false,
        &[
            "開いたページで「ログアウト」を押します。",
            "画面の履歴を消します。",
            "マイナンバーカードを取ります。",
            "書類や忘れ物がないか、お確かめください。",
        ],
    ),
];

/// The shipped guidance cards.
pub(super) fn cards() -> Vec<GuidanceCard> {
    let card = |(card, title, quiet, mask, steps): &Shipped| GuidanceCard {
        card: (*card).to_owned(),
        title: (*title).to_owned(),
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        quiet: *quiet,
        mask: *mask,
    };
    CARDS.iter().map(card).collect()
}

/// The shipped pages of city and State.
pub(super) fn pages() -> Vec<WebPage> {
    [
        ("マイナポータル", "https://myna.go.jp/"),
        ("オンライン申請サイト", "https://net.kojinbango-card.go.jp/"),
        ("マイナンバーカード総合サイト", "https://www.kojinbango-card.go.jp/"),
        ("上尾市のページ", "https://www.city.ageo.lg.jp/"),
    ]
    .map(|(label, address)| WebPage { label: label.to_owned(), address: address.to_owned() })
    .to_vec()
}

/// The shipped numbers to transfer calls to.
pub(super) fn directory() -> Vec<DirectoryEntry> {
    let entry = |entry: &str, label: &str, number: &str, city: bool, note: &str| DirectoryEntry {
        entry: entry.to_owned(),
        label: label.to_owned(),
        number: number.to_owned(),
        city,
        note: Some(note.to_owned()),
    };
    vec![
        entry(
            "center",
            "マイナンバー・パスポートセンター",
            "048-782-9922",
            true,
            "交付・更新の窓口。開庁時間",
        ),
        entry("loss", "個人番号カードコールセンター", "0120-95-0178", false, "紛失・盗難の一時停止。24時間"),
    ]
}

/// The shipped numbers for help in the lobby.
pub(super) fn lobby() -> Vec<LobbyContact> {
    [("マイナンバー・パスポートセンター(開庁時間)", "048-782-9922"), ("急病・火災(救急・消防)", "119")]
        .map(|(label, number)| LobbyContact { label: label.to_owned(), number: number.to_owned() })
        .to_vec()
}
