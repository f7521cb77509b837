//! Which results are those of one test.

use clap::Args;

/// `--profile` and `--any-route`: what makes two results those of one test.
#[derive(Args, Clone, Debug, Default)]
pub struct Identity {
    /// Tell tests apart by these of their tags
    #[arg(long, value_name = "TAG,...", value_delimiter = ',')]
    profile: Vec<String>,

    /// Ignore routes: one id is one test
    #[arg(long)]
    pub any_route: bool,
}

/// A test as it is known to tools that compare results.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TestKey {
    /// The test id.
    pub id: String,
    /// The route code, if routes tell tests apart.
    pub route_code: Option<String>,
    /// The tags of its profile, joined with `+`.
    pub profile: String,
}

impl Identity {
    /// The test that a result belongs to, by its id, route code and tags.
    ///
    /// ```
    /// use clap::{Args, Command, FromArgMatches};
    /// use subunit_cli::Identity;
    ///
    /// let command = Identity::augment_args(Command::new("x"));
    /// let matches = command.get_matches_from(["x", "--profile", "py311,linux", "--any-route"]);
    /// let identity = Identity::from_arg_matches(&matches)?;
    /// let key = identity.key("a", Some("web"), &["linux".into(), "slow".into(), "py311".into()]);
    /// assert_eq!((&*key.profile, key.route_code), ("py311+linux", None));
    /// # Ok::<(), clap::Error>(())
    /// ```
    #[must_use]
    pub fn key(&self, id: &str, route_code: Option<&str>, tags: &[String]) -> TestKey {
        TestKey {
            id: id.to_owned(),
            route_code: route_code.filter(|_| !self.any_route).map(str::to_owned),
            profile: self.profile(tags),
        }
    }

    /// The profile of a result with these tags: those that `--profile` names, joined with `+`.
    #[must_use]
    pub fn profile(&self, tags: &[String]) -> String {
        let of_profile: Vec<&str> = self.profile.iter().filter(|tag| tags.contains(tag)).map(String::as_str).collect();
        of_profile.join("+")
    }
}
