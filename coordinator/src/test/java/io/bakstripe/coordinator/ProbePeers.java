package io.bakstripe.coordinator;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.RecipientRef;
import io.bakstripe.coordinator.peers.Peers;
import io.bakstripe.protocol.message.DatabaseCommand;
import io.bakstripe.protocol.message.HostCommand;
import io.bakstripe.protocol.message.InstanceCommand;
import io.bakstripe.protocol.message.PreflightCommand;
import io.bakstripe.protocol.message.RestoreCommand;
import io.bakstripe.protocol.message.SessionCommand;
import io.bakstripe.protocol.message.SnapshotFilesCommand;
import io.bakstripe.protocol.message.StripeCommand;
import io.bakstripe.protocol.name.AttemptRef;
import io.bakstripe.protocol.name.DatabaseRef;
import io.bakstripe.protocol.name.HostName;
import io.bakstripe.protocol.name.InstanceName;
import io.bakstripe.protocol.name.StripeRef;

/** Probes in the place of everyone a coordinator talks to: one of each kind. */
public final class ProbePeers implements Peers {
    public final TestProbe<InstanceCommand> instance;
    public final TestProbe<DatabaseCommand> database;
    public final TestProbe<SessionCommand> session;
    public final TestProbe<StripeCommand> stripe;
    public final TestProbe<RestoreCommand> restore;
    public final TestProbe<HostCommand> host;
    public final TestProbe<PreflightCommand> preflight;
    public final TestProbe<SnapshotFilesCommand> snapshotFiles;

    public ProbePeers(ActorTestKit kit) {
        instance = kit.createTestProbe();
        database = kit.createTestProbe();
        session = kit.createTestProbe();
        stripe = kit.createTestProbe();
        restore = kit.createTestProbe();
        host = kit.createTestProbe();
        preflight = kit.createTestProbe();
        snapshotFiles = kit.createTestProbe();
    }

    @Override
    public RecipientRef<InstanceCommand> instance(InstanceName name) {
        return instance.getRef();
    }

    @Override
    public RecipientRef<DatabaseCommand> database(DatabaseRef ref) {
        return database.getRef();
    }

    @Override
    public RecipientRef<SessionCommand> session(AttemptRef attempt) {
        return session.getRef();
    }

    @Override
    public RecipientRef<StripeCommand> stripe(StripeRef ref) {
        return stripe.getRef();
    }

    @Override
    public RecipientRef<RestoreCommand> restore(HostName name, AttemptRef attempt) {
        return restore.getRef();
    }

    @Override
    public RecipientRef<HostCommand> host(HostName name) {
        return host.getRef();
    }

    @Override
    public RecipientRef<PreflightCommand> preflight() {
        return preflight.getRef();
    }

    @Override
    public RecipientRef<SnapshotFilesCommand> snapshotFiles() {
        return snapshotFiles.getRef();
    }
}
