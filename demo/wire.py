"""The sample wire: a launch day, told by outlets that do not exist.

Every outlet, headline and sentence here was invented for this demonstration.
`OUTLETS` says how each publishes (format and encoding), `BEFORE` what stood in
its feed already, `DAY` what it publishes at which second of the demonstration.
An entry that names a topic is one that an analyst of the beat wants to be told
about; one without is everyday noise, and must stay silent.
"""

import collections

Outlet = collections.namedtuple(
    "Outlet", "key title role country lang format encoding")
Entry = collections.namedtuple(
    "Entry", "at outlet title summary topic replaces")

OUTLETS = [
    Outlet("peninsula", "Peninsula Wire", "wire", "KR", "en",
           "rss", "utf-8"),
    Outlet("hanbit", "한빛통신", "wire", "KR", "ko", "rss", "euc-kr"),
    Outlet("saebyeok", "새벽신보", "press", "KR", "ko", "atom", "utf-8"),
    Outlet("saenal", "Saenal Agency", "state", "KP", "en", "rss", "utf-8"),
    Outlet("changhe", "长河通讯社", "state", "CN", "zh", "rss", "gb18030"),
    Outlet("briefing", "例行记者会速记", "official", "CN", "zh",
           "atom", "utf-8"),
    Outlet("weigang", "維港晨訊", "press", "HK", "zh-Hant", "rss", "utf-8"),
    Outlet("akatsuki", "あかつき通信", "wire", "JP", "ja", "rdf", "utf-8"),
    Outlet("minato", "みなと放送", "broadcaster", "JP", "ja",
           "json", "utf-8"),
    Outlet("zarya", "Агентство «Заря-Восток»", "wire", "RU", "ru",
           "rss", "utf-8"),
    Outlet("potomac", "Potomac Ledger", "press", "US", "en",
           "json", "utf-8"),
    Outlet("eastriver", "East River Desk", "specialist", "US", "en",
           "atom", "utf-8"),
    Outlet("harbour", "Harbour Post", "press", "GB", "en", "rdf", "utf-8"),
]

LAUNCH = "dprk-launch"
BEIJING = "china-statement-dprk"
COUNCIL = "unsc-sanctions-dprk"
ALLIES = "us-alliance-thaad"
CONTAIN = "indo-pacific-containment"
TIES = "china-dprk-ties"
MOSCOW = "china-russia-dprk"


def _entry(at, outlet, title, summary="", topic=None, replaces=None):
    return Entry(at, outlet, title, summary, topic, replaces)


# Three days old: remembered at the first poll, never alerted. The first one of
# the peninsula would match, and must be silent for its age alone.
BEFORE = [
    _entry(0, "peninsula", "N. Korea fires two short-range ballistic missiles",
           "Military says both fell short of the median line."),
    _entry(0, "peninsula", "Exports rise for third straight month on chips"),
    _entry(0, "hanbit", "수도권 아파트값 4주 연속 하락"),
    _entry(0, "saebyeok", "가을 단풍 이번 주말 절정"),
    _entry(0, "saenal", "Autumn vegetable harvest completed in cooperatives"),
    _entry(0, "changhe", "多地高铁今起调图 新增班次逾百"),
    _entry(0, "briefing", "外交部发言人就中欧班列答记者问"),
    _entry(0, "weigang", "恒指收升二百點 科技股領漲"),
    _entry(0, "akatsuki", "日経平均が反発 半導体株に買い"),
    _entry(0, "minato", "各地で初霜 平年より五日早く"),
    _entry(0, "zarya", "Центробанк сохранил ключевую ставку"),
    _entry(0, "potomac", "Senate passes stopgap funding bill"),
    _entry(0, "eastriver", "General Assembly opens debate on ocean plastics"),
    _entry(0, "harbour", "Storm shuts ferry ports for second day"),
]

DAY = [
    # 07:50 to 08:05: the flash
    _entry(0, "peninsula", "Seoul subway strike enters second day"),
    _entry(0, "hanbit", "[속보] 합참 “북한, 동해상으로 미상 탄도미사일 발사”",
           "합동참모본부는 오전 7시 50분께 발사를 포착했다고 밝혔다.", LAUNCH),
    _entry(1, "peninsula",
           "(URGENT) N. Korea fires ballistic missile toward East Sea: JCS",
           "South Korea's Joint Chiefs of Staff detected the launch at 7:50 "
           "a.m. and said its range was being analysed.", LAUNCH),
    _entry(2, "akatsuki",
           "【速報】北朝鮮から弾道ミサイルの可能性があるもの発射 防衛省",
           "海上保安庁は船舶に注意を呼びかけた。", LAUNCH),
    _entry(2, "minato", "プロ野球 ドラフト会議きょう開催"),
    _entry(3, "changhe", "快讯：韩军称朝鲜发射一枚弹道导弹",
           "韩国联合参谋本部说，导弹向半岛东部海域飞行。", LAUNCH),
    _entry(4, "zarya", "КНДР запустила баллистическую ракету в сторону "
           "Японского моря", "О пуске сообщили военные Республики Корея.",
           LAUNCH),
    _entry(4, "harbour", "Watchdog launches investigation into missile "
           "maker's accounts", "The regulator will look at five years of "
           "contracts."),
    _entry(5, "weigang", "朝鮮再射彈道導彈 日本發避難警報",
           "導彈料落入日本專屬經濟區外。", LAUNCH),
    _entry(5, "minato", "北朝鮮がミサイル発射 日本のEEZ外に落下か",
           "被害の情報はないという。", LAUNCH),
    _entry(6, "hanbit", "한미 관세 협상 막판 조율…이르면 오늘 타결"),
    # 08:20 to 09:30: what it was
    _entry(7, "saebyeok", "합참 “북 미사일, 대륙간탄도미사일급 추정…고각 발사”",
           "최고 고도 6천㎞를 넘은 것으로 보인다.", LAUNCH),
    _entry(8, "peninsula",
           "N. Korea fires suspected ICBM toward East Sea: JCS",
           "The missile flew on a lofted trajectory for more than an hour.",
           LAUNCH, 1),
    _entry(8, "changhe", "湖北遭遇强降雨 三地启动防汛应急响应",
           "水位仍在上涨，两万余人转移。"),
    _entry(9, "potomac", "White House condemns North Korea's ICBM launch",
           "The national security staff said the launch violated Security "
           "Council resolutions.", LAUNCH),
    _entry(10, "harbour", "Private rocket carries 24 satellites into orbit "
           "from Florida"),
    _entry(10, "akatsuki", "首相「断じて容認できない」 北朝鮮のICBM級発射に抗議",
           "北京の大使館ルートを通じて抗議した。", LAUNCH),
    _entry(11, "zarya", "Сборная КНДР по женскому футболу вышла в финал"),
    _entry(12, "weigang", "港股低開 地產股受壓"),
    _entry(12, "peninsula", "South Korea's homegrown observation satellite "
           "reaches orbit"),
    # 10:00 to 12:00: the allies
    _entry(14, "saebyeok", "한미일, 북 ICBM 발사에 대응해 공중훈련…전략폭격기 전개",
           "B-1B 두 대가 제주 남방에서 합류했다.", ALLIES),
    _entry(15, "peninsula", "Seoul, Washington and Tokyo hold trilateral air "
           "drill after North Korean launch",
           "US strategic bombers joined South Korean and Japanese fighters.",
           ALLIES),
    _entry(16, "potomac", "Pentagon weighs second THAAD battery for South "
           "Korea", "Officials said no decision had been taken.", ALLIES),
    _entry(17, "harbour", "North Korea women's football team through to "
           "semi-finals", "Two late goals settled the match in Doha."),
    _entry(18, "hanbit", "코스피 보합 마감…반도체 강세"),
    # 12:00 to 15:30: Beijing is asked
    _entry(19, "briefing", "外交部：注意到有关朝鲜发射的报道 呼吁各方保持克制",
           "发言人未就是否提前获知作出回答，重申推动半岛问题政治解决。", BEIJING),
    _entry(20, "weigang", "北京未譴責朝鮮射導彈 外交部籲各方克制",
           "發言人稱應正視朝方合理安全關切。", BEIJING),
    _entry(21, "harbour", "Beijing sidesteps question on North Korea launch, "
           "repeats call for restraint",
           "China's foreign ministry spokesperson said all sides should "
           "address each other's legitimate concerns.", BEIJING),
    _entry(22, "changhe", "河北一航天企业卫星零部件项目投产"),
    _entry(23, "minato", "中国外務省「関係各国は自制を」 北朝鮮のミサイル発射で",
           "発射そのものへの批判は避けた。", BEIJING),
    _entry(24, "zarya", "В Хабаровске открылся новый ледовый дворец"),
    _entry(25, "potomac", "Chip makers rally as rate fears fade"),
    # 15:30: the claim
    _entry(27, "saenal", "DPRK Succeeds in Test-fire of New-type "
           "Intercontinental Ballistic Missile",
           "The test-fire demonstrated the reliability of the deterrent.",
           LAUNCH),
    _entry(28, "hanbit", "북한 “신형 대륙간탄도미사일 시험발사 성공” 주장",
           "관영매체가 사진 여러 장을 공개했다.", LAUNCH),
    _entry(29, "changhe", "朝鲜宣布成功试射新型洲际弹道导弹", "", LAUNCH),
    _entry(30, "akatsuki", "北朝鮮、新型ICBMの発射実験に成功と発表", "",
           LAUNCH),
    _entry(31, "harbour", "Court launches review of rocket fuel plant permit"),
    # evening, New York wakes
    _entry(33, "eastriver", "Security Council to meet on North Korea launch "
           "at request of US, Japan and Seoul",
           "Diplomats expect no statement: Russia and China are opposed.",
           COUNCIL),
    _entry(34, "akatsuki", "国連安保理、北朝鮮のミサイル発射で緊急会合へ", "",
           COUNCIL),
    _entry(35, "saebyeok", "유엔 안보리, 북한 미사일 논의 긴급회의 소집", "",
           COUNCIL),
    _entry(36, "minato", "台風、あす沖縄に接近の見込み"),
    _entry(37, "zarya", "Россия и Китай выступили против новых санкций СБ ООН "
           "в отношении КНДР",
           "Москва и Пекин предлагают смягчить ограничения.", MOSCOW),
    _entry(38, "eastriver", "Russia and China block Security Council statement "
           "on North Korea", "Both blamed US drills for the tension.", MOSCOW),
    _entry(39, "weigang", "伊拉克薩德爾派宣布參加選舉"),
    _entry(40, "briefing", "外交部：反对借“印太战略”拼凑“亚洲版北约”",
           "发言人说，搞遏制围堵不得人心。", CONTAIN),
    _entry(41, "harbour", "China says Indo-Pacific strategy aims at an Asian "
           "NATO", "Beijing accused Washington of encirclement.", CONTAIN),
    _entry(43, "potomac", "US Treasury sanctions network accused of evading "
           "North Korea sanctions",
           "Six firms and two ships were listed.", COUNCIL),
    _entry(44, "hanbit", "프로농구 개막…올 시즌 우승 후보는"),
    # night: who goes to whom
    _entry(46, "changhe", "朝鲜代表团抵达北京 将与中方举行会谈",
           "双方将就两国关系交换意见。", TIES),
    _entry(47, "harbour", "North Korean delegation arrives in Beijing for "
           "talks with Chinese officials", "", TIES),
    _entry(48, "saenal", "Greenhouse Farm Inaugurated in Border County"),
    _entry(49, "peninsula", "N. Korea slams trilateral drills, warns of "
           "'physical counteraction'", "", ALLIES),
    _entry(51, "weigang", "颱風逼近 天文台考慮改發三號波"),
    _entry(52, "zarya", "МИД КНР призвал к сдержанности после пуска ракеты "
           "КНДР", "Пекин не стал осуждать Пхеньян.", BEIJING),
    _entry(54, "eastriver", "Council ends session on North Korea without a "
           "statement", "A draft resolution stays on the table.", COUNCIL),
    _entry(56, "potomac", "Baseball: late homer forces seventh game"),
]

DAY_S = max(entry.at for entry in DAY)
