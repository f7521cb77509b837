//! Merging as packets come: every source has a thread, and all share one output.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};

use subunit_cli::{Children, Output, Route, SharedOutput, SourceFailure, Stream, Trouble, Verdict, spawn};
use subunit_codec::Protocol;

use crate::command::Runner;
use crate::labels::SourceLabels;
use crate::source::{Origin, Source};
use crate::stdin_router::{self, Delivery};

/// What a thread has to say.
enum News {
    /// A source has ended, and whether it was a success.
    Ended(Result<bool, SourceFailure>),
    /// Standard input cannot be passed on.
    Undelivered(Trouble),
}

pub(crate) fn run(
    sources: Vec<Source>,
    labels: &SourceLabels,
    protocol: Protocol,
    is_controlled: bool,
) -> Result<Verdict, Trouble> {
    Children::run(|children| merge(sources, labels, protocol, is_controlled, children))
}

fn merge(
    sources: Vec<Source>,
    labels: &SourceLabels,
    protocol: Protocol,
    is_controlled: bool,
    children: &Arc<Children>,
) -> Result<Verdict, Trouble> {
    let lane = SharedOutput::new(Output::for_packets()?);
    let (news, events) = mpsc::channel();
    let mut running = sources.len();
    let mut deliveries = HashMap::new();
    for Source { code, is_named, origin } in sources {
        let (lane, news, labels) = (lane.clone(), news.clone(), labels.of(&code));
        match origin {
            Origin::Command(text) => {
                let (delivery, input) = is_controlled.then(Delivery::new).unzip();
                deliveries.extend(delivery.map(|delivery| (code.clone(), delivery)));
                let runner = Runner { code, is_named, labels, protocol, children: Arc::clone(children), lane };
                start(news, move || runner.run(&text, input))?;
            }
            Origin::File(name) => {
                let mut lane = lane;
                start(news, move || {
                    let mut stream = Stream::open(&name, protocol)?;
                    let mut route = Route::new(&code, labels);
                    lane.relay(&mut stream, |item, out| route.item(item, out)).map(|()| true)
                })?;
            }
        }
    }
    if is_controlled {
        spawn(move || {
            stdin_router::pass_on(deliveries, |trouble| {
                let _ = news.send(News::Undelivered(trouble));
            });
        })?;
    }

    let (mut verdict, mut trouble) = (Verdict::Success, None);
    while running > 0 {
        let told = |trouble: Trouble| Some(trouble.reported(env!("CARGO_BIN_NAME")));
        let Ok(event) = events.recv() else { break };
        match event {
            News::Undelivered(undelivered) => trouble = told(undelivered),
            News::Ended(result) => {
                running -= 1;
                match result {
                    Ok(true) => {}
                    Ok(false) => verdict = Verdict::Failure,
                    Err(SourceFailure::Source(unread)) => trouble = told(unread),
                    Err(SourceFailure::All(trouble)) => return Err(trouble),
                }
            }
        }
    }
    trouble.map_or(Ok(verdict), Err)
}

/// Runs a source in a thread of its own.
fn start(
    news: Sender<News>,
    run: impl FnOnce() -> Result<bool, SourceFailure> + Send + 'static,
) -> Result<(), Trouble> {
    spawn(move || {
        // Nobody listens any more when all end.
        let _ = news.send(News::Ended(run()));
    })
    .map(drop)
}
