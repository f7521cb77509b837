//! What scripts/install puts where.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use testkit::finished::run_to_end;

use crate::every_tool::{names_in, tool};
use crate::folder::Folder;

/// Runs scripts/install for a root folder, with the tools of this build. The cargo that it calls
/// builds nothing.
fn install(folder: &Folder, args: &[&str]) {
    let path = format!("{}:{}", folder.path("bin").display(), std::env::var("PATH").expect("there is a path"));
    let mut command = Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/install"));
    command.args(["--prefix", "/usr"]).args(args).env("PATH", path);
    command.env("DESTDIR", folder.path("root")).env("CARGO_TARGET_DIR", folder.path("target"));
    run_to_end(command, b"").assert().code(0).stderr("");
}

fn write_program(folder: &Folder, name: &str, script: &str) {
    folder.write(name, format!("#!/bin/sh\n{script}\n").as_bytes());
    fs::set_permissions(folder.path(name), Permissions::from_mode(0o755)).expect("the file is ours");
}

/// The files below a folder, by their paths in it.
fn files_below(folder: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("it is below the folder");
                files.insert(name.to_str().expect("names are UTF-8").to_owned());
            }
        }
    }
    files
}

#[test]
fn every_tool_is_installed_with_its_page_and_completions_and_nothing_is_left_of_it() {
    let folder = Folder::new();
    for name in ["bin", "root", "target", "target/release"] {
        fs::create_dir(folder.path(name)).expect("there is room for a folder");
    }
    write_program(&folder, "bin/cargo", "exit 0");
    for name in names_in("bins") {
        let path = tool(&name).path;
        write_program(&folder, &format!("target/release/{name}"), &format!("exec '{path}' \"$@\""));
    }
    install(&folder, &[]);
    let installed = files_below(&folder.path("root"));
    for name in names_in("bins") {
        for file in [format!("bin/{name}"), format!("share/man/man1/{name}.1")] {
            assert!(installed.contains(&format!("usr/{file}")), "{file} is installed");
        }
        for (shell, file) in [
            ("bash", format!("bash-completion/completions/{name}")),
            ("zsh", format!("zsh/site-functions/_{name}")),
            ("fish", format!("fish/vendor_completions.d/{name}.fish")),
        ] {
            let file = format!("usr/share/{file}");
            assert!(installed.contains(&file), "{file} is installed");
            let made = tool(&name).command(["--generate", &format!("complete-{shell}")]);
            let script = folder.read(&format!("root/{file}"));
            assert!(String::from_utf8_lossy(&script).contains("version"), "{file} completes options");
            run_to_end(made, b"").assert().code(0).stdout(script);
        }
    }
    install(&folder, &["--uninstall"]);
    assert_eq!(files_below(&folder.path("root")), BTreeSet::new(), "nothing is left");
}
