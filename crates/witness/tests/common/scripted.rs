//! A server that says what it is told to, and remembers what it was asked.
#![allow(dead_code, clippy::unwrap_used, missing_docs, unreachable_pub)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    pub line: String,
    pub body: String,
}

/// What it says: status, header lines each with `\r\n`, body.
pub type Said = (u16, String, Vec<u8>);

pub type Script = Box<dyn FnMut(&Asked) -> Option<Said> + Send>;

pub struct Scripted {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Scripted {
    /// Answers each request with what `script` makes of it; with nothing, by closing the connection.
    pub fn new(script: impl FnMut(&Asked) -> Option<Said> + Send + 'static) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (seen, mut script) = (Arc::clone(&asked), script);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer(stream.unwrap(), &seen, &mut script);
            }
        });
        Self { url, asked }
    }

    /// Each answer in turn, then 500.
    pub fn list(said: Vec<Said>) -> Self {
        let mut said = said.into_iter();
        Self::new(move |_| {
            said.next()
                .or_else(|| Some((500, String::new(), Vec::new())))
        })
    }

    /// What it was asked since the last call.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }

    /// The `old` lines of what it was asked.
    pub fn olds(&self) -> Vec<String> {
        let first = |asked: &Asked| asked.body.lines().next().unwrap_or_default().to_owned();
        self.asked()
            .iter()
            .filter(|asked| asked.line.starts_with("POST"))
            .map(first)
            .collect()
    }
}

fn answer(
    mut stream: TcpStream,
    seen: &Mutex<Vec<Asked>>,
    script: &mut impl FnMut(&Asked) -> Option<Said>,
) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap_or(0) == 0 {
        return;
    }
    let mut length = 0;
    loop {
        let mut field = String::new();
        reader.read_line(&mut field).unwrap();
        let field = field.trim_end().to_ascii_lowercase();
        if field.is_empty() {
            break;
        }
        if let Some(value) = field.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let asked = Asked {
        line: line.trim_end().to_owned(),
        body: String::from_utf8(body).unwrap(),
    };
    let said = script(&asked);
    seen.lock().unwrap().push(asked);
    let Some((status, headers, body)) = said else {
        return;
    };
    let head = format!(
        "HTTP/1.1 {status} Said\r\n{headers}connection: close\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    // A client that has gone away is none of its business.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&body);
}

pub fn said(status: u16, body: &str) -> Said {
    (
        status,
        "content-type: text/plain\r\n".to_owned(),
        body.as_bytes().to_vec(),
    )
}

pub fn conflict(size: u64) -> Said {
    let content_type = "content-type: text/x.tlog.size\r\n".to_owned();
    (409, content_type, format!("{size}\n").into_bytes())
}
