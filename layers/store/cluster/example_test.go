package cluster_test

import (
	"context"
	"fmt"
	"os"

	"github.com/jackc/pgx/v5/pgconn"

	"planatlas/layers/store/cluster"
)

func ExampleStart() {
	dir, err := os.MkdirTemp("", "planatlas")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PostgreSQL's user must get in when we are root
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	c, err := cluster.Start(ctx, cluster.Options{Dir: dir + "/database", Throwaway: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Stop(ctx)

	conn, err := pgconn.Connect(ctx, c.URL())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer conn.Close(ctx)
	results, err := conn.Exec(ctx, "CREATE EXTENSION postgis; SELECT ST_AsText(ST_Point(113.6, 37.9))").ReadAll()
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(string(results[1].Rows[0][0]))
	// Output: POINT(113.6 37.9)
}
