//! Shared profiles and windows: equal ones are stored once.

use rustc_hash::FxHashMap;

use crate::model::ids::{ProfileId, WindowsId};
use crate::model::profile::Profile;
use crate::model::windows::Windows;

/// Interned profiles and windows with the results of thresholding and intersecting them.
#[derive(Debug, Default)]
pub(super) struct Pool {
    pub(super) profiles: Vec<Profile>,
    pub(super) windows: Vec<Windows>,
    by_profile: FxHashMap<Profile, ProfileId>,
    by_windows: FxHashMap<Windows, WindowsId>,
    opened: FxHashMap<(ProfileId, i64), WindowsId>,
    met: FxHashMap<(WindowsId, WindowsId), WindowsId>,
    always: Option<WindowsId>,
}

impl Pool {
    pub(super) fn profile(&mut self, profile: Profile) -> ProfileId {
        if let Some(&id) = self.by_profile.get(&profile) {
            return id;
        }
        let id = ProfileId::new(self.profiles.len());
        self.profiles.push(profile.clone());
        self.by_profile.insert(profile, id);
        id
    }

    fn intern(&mut self, windows: Windows) -> WindowsId {
        if let Some(&id) = self.by_windows.get(&windows) {
            return id;
        }
        let id = WindowsId::new(self.windows.len());
        self.windows.push(windows.clone().indexed());
        self.by_windows.insert(windows, id);
        id
    }

    /// Open at all times; asked for by every mode, so found once.
    pub(super) fn always(&mut self) -> WindowsId {
        if let Some(id) = self.always {
            return id;
        }
        let id = self.intern(Windows::always());
        self.always = Some(id);
        id
    }

    /// Where a profile is open for a quantity.
    pub(super) fn open_for(&mut self, profile: ProfileId, quantity: i64) -> WindowsId {
        if let Some(&id) = self.opened.get(&(profile, quantity)) {
            return id;
        }
        let windows = self.profiles[profile.index()].open_for(quantity);
        let id = self.intern(windows);
        self.opened.insert((profile, quantity), id);
        id
    }

    /// Where both are open.
    pub(super) fn meet(&mut self, a: WindowsId, b: WindowsId) -> WindowsId {
        let key = (a.min(b), a.max(b));
        if a == b || self.windows[b.index()].is_always() {
            return a;
        }
        if self.windows[a.index()].is_always() {
            return b;
        }
        if let Some(&id) = self.met.get(&key) {
            return id;
        }
        let both = self.windows[a.index()].intersect(&self.windows[b.index()]);
        let id = self.intern(both);
        self.met.insert(key, id);
        id
    }

    pub(super) fn get(&self, id: WindowsId) -> &Windows {
        &self.windows[id.index()]
    }
}
