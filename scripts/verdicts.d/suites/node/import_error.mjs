// A module is missing.
import 'no-such-module-anywhere';
