//! Names and texts as a register has them: Chinese with some English, from small lists, so that some words are rare and others everywhere.

/// Where.
const PLACES: [&str; 12] = [
    "深圳", "南山", "福田", "罗湖", "宝安", "龙岗", "盐田", "龙华", "坪山", "光明", "大鹏", "前海",
];
/// What organisations are called.
const STEMS: [&str; 20] = [
    "智联", "云图", "星河", "博识", "恒信", "远见", "明德", "华创", "启元", "天枢", "瑞安", "鹏程",
    "海纳", "新元", "百川", "精诚", "长青", "同心", "凌峰", "晨曦",
];
/// What they do.
const TRADES: [&str; 8] = [
    "科技",
    "医疗科技",
    "智能系统",
    "数据服务",
    "教育科技",
    "交通科技",
    "金融信息",
    "机器人",
];
/// For whom a product is, in both languages.
const SCENES: [(&str, &str); 24] = [
    ("医疗影像", "Medical imaging"),
    ("急诊分诊", "Emergency triage"),
    ("慢病随访", "Chronic care follow-up"),
    ("药品审核", "Prescription review"),
    ("课堂评估", "Classroom assessment"),
    ("招聘筛选", "Recruitment screening"),
    ("信贷评估", "Credit assessment"),
    ("反洗钱监测", "Money laundering monitoring"),
    ("保险理赔", "Insurance claims"),
    ("路口信号", "Traffic signal"),
    ("公交调度", "Bus dispatching"),
    ("自动驾驶", "Autonomous driving"),
    ("港口理货", "Port tally"),
    ("无人配送", "Unmanned delivery"),
    ("楼宇消防", "Building fire safety"),
    ("社区养老", "Community elderly care"),
    ("食品溯源", "Food traceability"),
    ("水质监测", "Water quality monitoring"),
    ("空气预报", "Air quality forecasting"),
    ("电网调度", "Power grid dispatching"),
    ("司法文书", "Court document"),
    ("税务咨询", "Tax advice"),
    ("城市治理", "City governance"),
    ("游客导览", "Visitor guide"),
];
/// What it does.
const TASKS: [(&str, &str); 20] = [
    ("人脸识别", "face recognition"),
    ("语音识别", "speech recognition"),
    ("异常检测", "anomaly detection"),
    ("风险评分", "risk scoring"),
    ("图像分割", "image segmentation"),
    ("问答对话", "question answering"),
    ("文本摘要", "text summarisation"),
    ("需求预测", "demand forecasting"),
    ("路径规划", "route planning"),
    ("内容审核", "content moderation"),
    ("目标跟踪", "object tracking"),
    ("缺陷检测", "defect detection"),
    ("推荐排序", "recommendation"),
    ("机器翻译", "machine translation"),
    ("手写识别", "handwriting recognition"),
    ("情感分析", "sentiment analysis"),
    ("知识图谱", "knowledge graph"),
    ("时序预测", "time series prediction"),
    ("排班优化", "shift scheduling"),
    ("多模态生成", "multimodal generation"),
];
/// What it is.
const FORMS: [(&str, &str); 10] = [
    ("系统", "system"),
    ("平台", "platform"),
    ("助手", "assistant"),
    ("模型", "model"),
    ("引擎", "engine"),
    ("终端", "terminal"),
    ("机器人", "robot"),
    ("小程序", "mini program"),
    ("网关", "gateway"),
    ("工作站", "workstation"),
];
/// Marks of manufacturers: two syllables of these make one of 400.
const SYLLABLES: [&str; 20] = [
    "ba", "ce", "dian", "fei", "gao", "hui", "jing", "kai", "lan", "ming", "ning", "ou", "ping",
    "qing", "rong", "su", "teng", "wei", "xin", "zhi",
];
/// Texts are cut from this one, at different lengths.
const PROSE: &str = "Suggests how urgent a complaint is; a nurse decides in every case, sees the reasons that the system gives, and can always set them aside. Records of each decision are kept for two years, and reviewed every month by the clinic's own board.";

/// A number that looks random: the finaliser of SplitMix64.
pub(crate) fn spread(number: u64) -> u64 {
    let mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// One of `list`, and what is left of the number to choose others with.
fn pick<T: Copy>(list: &[T], number: &mut u64) -> T {
    let count = list.len() as u64;
    let chosen = usize::try_from(*number % count).expect("an index into a list");
    *number /= count;
    list[chosen]
}

/// English of some length between `shortest` and `longest`.
pub(crate) fn prose(turn: u64, shortest: usize, longest: usize) -> &'static str {
    let room = (longest - shortest) as u64;
    let length = shortest + usize::try_from(turn % room).expect("below the longest");
    PROSE[..length].trim_ascii_end()
}

/// The name of organisation number `index`: the first 1,920 differ.
pub(crate) fn organisation(index: u64) -> String {
    let mut left = index;
    let (place, stem) = (pick(&PLACES, &mut left), pick(&STEMS, &mut left));
    format!("{place}市{stem}{}有限公司", pick(&TRADES, &mut left))
}

/// A product's names, its summary and its purpose.
pub(crate) struct Product {
    pub(crate) name: String,
    pub(crate) name_en: String,
    pub(crate) summary: String,
    pub(crate) purpose: String,
}

impl Product {
    /// Those of product number `index`.
    pub(crate) fn of(index: u64) -> Self {
        let mut left = spread(index);
        let (scene, scene_en) = pick(&SCENES, &mut left);
        let (task, task_en) = pick(&TASKS, &mut left);
        let (form, form_en) = pick(&FORMS, &mut left);
        let place = pick(&PLACES, &mut left);
        let mark = format!(
            "{}{}",
            pick(&SYLLABLES, &mut left),
            pick(&SYLLABLES, &mut left)
        );
        let model = format!("{}{}", mark.to_uppercase(), left % 900 + 100);
        Self {
            name: format!("{place}{scene}{task}{form} {model}"),
            name_en: format!("{scene_en} {task_en} {form_en} {model}"),
            summary: format!("面向{scene}场景的{task}{form}，由人工复核后生效。"),
            purpose: prose(left, 20, 130).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_differ_where_a_register_has_different_products() {
        let organisations: BTreeSet<_> = (0..1_920).map(organisation).collect();
        assert_eq!(organisations.len(), 1_920);
        let names: BTreeSet<_> = (0..10_000).map(|index| Product::of(index).name).collect();
        assert!(names.len() > 9_900, "{}", names.len());
    }

    #[test]
    fn texts_stay_within_their_lengths() {
        for turn in 0..500 {
            let text = prose(turn, 60, 200);
            assert!((50..200).contains(&text.len()), "{}", text.len());
        }
    }
}
