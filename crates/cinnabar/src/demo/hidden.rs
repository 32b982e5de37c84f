//! The confidential values of the demonstration. Nobody in it exists.

use cinnabar_events::Kind;
use serde_json::{Value, json};

/// What stands in the field at `pointer` of the statement, the `count`-th of its kind about its subject, from 1.
pub(super) fn value(kind: Kind, pointer: &str, count: u32) -> Option<Value> {
    let returned = kind == Kind::ReturnFiled;
    Some(match pointer {
        "/values" if returned => {
            let research = if count > 1 { "4200000" } else { "4200000000" };
            json!([
                { "field": "revenue_cny", "value": "18650000" },
                { "field": "rd_cny", "value": research },
                { "field": "ai_staff", "value": "37" },
            ])
        }
        "/contact" | "/contactPerson" | "/person" => json!("Chen Ming 陈明, +86 755 0000 0001"),
        "/legalRepresentative" => json!("Huang Li 黄丽"),
        "/reporter" => json!("Liu Fang 刘芳"),
        "/description" => {
            json!(
                "A camera above the till showed me on a screen as angry. 收银台上方的摄像头显示我在生气。"
            )
        }
        "/detail" => json!("1,200 shares of the maker, bought in 2024."),
        "/reasons" => json!("Nobody can say why the model ranks as it does."),
        "/message" => json!("R&D is 225 times the revenue. Was it given in thousands?"),
        "/proposal" => json!("Twelve robots, 1.8 million CNY, from spring on."),
        _ => return None,
    })
}
