// Package cluster runs the private PostgreSQL with PostGIS that planatlas uses
// when no database address is given.
//
// [Start] finds the PostgreSQL programs of the machine, makes a database
// cluster in a folder when there is none, starts it as a child process that
// listens on a Unix socket only, and keeps it running until [Cluster.Stop].
// The folder holds:
//
//	planatlas.lock           locked and naming the process that runs the cluster
//	postgres/                the data folder of PostgreSQL
//	postgres.init-*/         a data folder in the making; swept at the next start
//	run/                     the socket, unless the path is too long for one
//	pg_hba.conf, pg_ident.conf   who may connect; written at each start
//	postgres.log, .log.1     what PostgreSQL has to say, 16 MB each at most
//
// Nothing about the cluster is kept outside the folder, and all settings are
// given on the command line, so that a start always means the same.
//
// # Users
//
// PostgreSQL refuses to run as root. Started by root, its programs run as the
// owner of the data folder, else as the user postgres, else as nobody. Started
// by anyone else they run as that user. Whoever runs the cluster, root, and the
// user who started planatlas are admitted as the database superuser planatlas;
// nobody else is.
//
// # What can go wrong
//
// A killed owner takes PostgreSQL down with it where the system can arrange
// that (Linux); where it cannot, the next Start stops what was left behind. A
// killed PostgreSQL is started again by a supervisor at the same address. A
// second Start on the same folder gives [ErrLocked]. Programs that are not
// installed give a [MissingError] with the command that installs them. No
// process is ever signalled unless it is known to be the server of exactly
// this folder.
package cluster
