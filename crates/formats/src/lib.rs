//! Attachments as text, times as text, tests as JSON.
