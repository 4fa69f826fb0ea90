namespace Litestream.Servers;

/// <summary>Ceph's object gateway on a store in memory: the nearest to a real S3 that runs on one machine. One for all tests of the process.</summary>
internal sealed class RgwCluster
{
    private static readonly Lazy<Task<RgwCluster?>> s_shared = new(TryStartAsync);

    private readonly string _folder = Directory.CreateTempSubdirectory("litestream-rgw-").FullName;
    private readonly Dictionary<string, string> _variables;

    private RgwCluster() => _variables = new() { ["CEPH_CONF"] = Path.Combine(_folder, "ceph.conf") };

    /// <summary>The cluster with its gateway; null where Ceph is not installed.</summary>
    public static Task<RgwCluster?> ShareAsync() => s_shared.Value;

    /// <summary>The gateway that all use.</summary>
    public RgwGateway Gateway { get; private set; } = null!;

    /// <summary>Another gateway to the same store, which a test may end.</summary>
    /// <param name="port">Where; null where there is room.</param>
    /// <param name="hasSessions">Whether it gives session tokens. Then it says less of what is wrong with a credential.</param>
    public async Task<RgwGateway> StartGatewayAsync(int? port = null, bool hasSessions = false)
    {
        var number = port ?? ServerProcess.FreePort();
        var process = ServerProcess.Start("radosgw",
            ["-f", "-n", "client.rgw", $"--rgw_frontends=beast endpoint=127.0.0.1:{ServerProcess.Text(number)} tcp_nodelay=1",
                .. hasSessions ? (string[])["--rgw_s3_auth_use_sts=true", "--rgw_sts_key=only-for-a-test-"] : []], _variables);
        var gateway = new RgwGateway(this, process, number);
        await ServerProcess.AnswersAsync(gateway.Endpoint);
        return gateway;
    }

    /// <summary>Administers users.</summary>
    public Task<string> AdministerAsync(params string[] arguments) => ServerProcess.RunAsync("radosgw-admin", ["-n", "client.rgw", .. arguments], _variables);

    /// <summary>A user of its own, with a key and a secret.</summary>
    public Task CreateUserAsync(string name, string key, string secret) =>
        AdministerAsync("user", "create", $"--uid={name}", $"--display-name={name}", $"--access-key={key}", $"--secret={secret}");

    /// <summary>A role that may do all with objects, and that a user may take.</summary>
    public async Task CreateRoleAsync(string name, string user)
    {
        await AdministerAsync("role", "create", $"--role-name={name}", "--path=/", "--assume-role-policy-doc=" +
            $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/{{user}}"]},"Action":["sts:AssumeRole"]}]}""");
        await AdministerAsync("role-policy", "put", $"--role-name={name}", "--policy-name=objects", "--policy-doc=" +
            """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}""");
    }

    private static async Task<RgwCluster?> TryStartAsync()
    {
        if (!ServerProcess.Has("ceph", "ceph-mon", "ceph-osd", "radosgw", "radosgw-admin", "monmaptool")) return null;
        var cluster = new RgwCluster();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(cluster._folder, recursive: true);
        await cluster.StartStoreAsync();
        await cluster.CreateUserAsync("tester", RgwGateway.Key, RgwGateway.Secret);
        cluster.Gateway = await cluster.StartGatewayAsync();
        return cluster;
    }

    private async Task StartStoreAsync()
    {
        var (id, osd, port) = (Guid.NewGuid(), Guid.NewGuid(), ServerProcess.FreePort());
        await File.WriteAllTextAsync(_variables["CEPH_CONF"], Configuration(id, port) + "\n");
        Directory.CreateDirectory(Path.Combine(_folder, "mon"));
        Directory.CreateDirectory(Path.Combine(_folder, "osd"));
        var map = Path.Combine(_folder, "monmap");
        await ServerProcess.RunAsync("monmaptool", ["--create", "--fsid", $"{id}", "--addv", "a", $"[v2:127.0.0.1:{ServerProcess.Text(port)}]", map], _variables);
        await ServerProcess.RunAsync("ceph-mon", ["--mkfs", "-i", "a", "--monmap", map], _variables);
        ServerProcess.Start("ceph-mon", ["-f", "-i", "a"], _variables);
        await ServerProcess.RunAsync("ceph", ["osd", "new", $"{osd}"], _variables);
        await ServerProcess.RunAsync("ceph", ["osd", "crush", "add", "osd.0", "1.0", "root=default", "host=localhost"], _variables);
        await ServerProcess.RunAsync("ceph-osd", ["--mkfs", "-i", "0", "--osd-uuid", $"{osd}"], _variables);
        ServerProcess.Start("ceph-osd", ["-f", "-i", "0"], _variables);
    }

    // one copy of all, no authentication between the parts, nothing that waits for more of them; what is deleted leaves the memory soon, not in two hours,
    // and a gateway that was killed holds up the others for seconds, not for half a minute
    private string Configuration(Guid id, int port) => $"""
        [global]
        fsid = {id}
        mon_initial_members = a
        mon_host = [v2:127.0.0.1:{ServerProcess.Text(port)}]
        public_addr = 127.0.0.1
        auth_cluster_required = none
        auth_service_required = none
        auth_client_required = none
        ms_cluster_mode = crc
        ms_service_mode = crc
        ms_client_mode = crc
        ms_mon_cluster_mode = crc
        ms_mon_service_mode = crc
        ms_mon_client_mode = crc
        ms_bind_msgr1 = false
        osd_pool_default_size = 1
        osd_pool_default_min_size = 1
        osd_pool_default_pg_num = 1
        osd_pool_default_pgp_num = 1
        osd_pool_default_pg_autoscale_mode = off
        osd_crush_chooseleaf_type = 0
        osd_objectstore = memstore
        memstore_device_bytes = 4294967296
        osd_class_load_list = *
        osd_class_default_list = *
        mon_allow_pool_size_one = true
        mon_data_avail_crit = 0
        paxos_propose_interval = 0.05
        paxos_min_wait = 0.01
        mon_tick_interval = 1
        osd_client_watch_timeout = 5
        rgw_crypt_require_ssl = false
        rgw_user_quota_bucket_sync_interval = 1
        rgw_bucket_quota_ttl = 0
        rgw_cache_expiry_interval = 1
        rgw_gc_obj_min_wait = 1
        rgw_gc_processor_period = 5
        rgw_gc_processor_max_time = 5
        admin_socket =
        pid_file =
        run_dir = {_folder}
        mon_data = {_folder}/mon
        osd_data = {_folder}/osd
        mon_cluster_log_file = {_folder}/cluster.log
        log_file = {_folder}/$name.log
        """;
}
