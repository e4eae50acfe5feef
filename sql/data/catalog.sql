-- Demo data of the catalog: a small shop for ceramics, coffee and lamps.
INSERT INTO categories (name, description) VALUES
    ('Cups', 'For coffee and tea'),
    ('Plates', 'Flat and deep'),
    ('Coffee', 'Roasted on Tuesdays'),
    ('Lamps', 'Warm light only');

INSERT INTO products (name, description, price, category_id, stock_quantity, attributes)
SELECT item.name, item.description, item.price, categories.id, item.stock, item.attributes::jsonb
FROM (VALUES
    ('Espresso cup', 'Thick walls keep it hot', 9.50, 'Cups', 42, '{"ml": 80, "colour": "white"}'),
    ('Cappuccino cup', 'With saucer', 12.00, 'Cups', 30, '{"ml": 180, "colour": "white"}'),
    ('Tea bowl', 'No handle, 100% hand made', 18.00, 'Cups', 8, '{"ml": 250, "colour": "moss"}'),
    ('Travel mug', 'Does not leak, we tried', 24.90, 'Cups', 0, '{"ml": 350}'),
    ('Dinner plate', 'Stacks well', 16.00, 'Plates', 60, '{"cm": 27}'),
    ('Soup plate', 'Deep enough', 17.50, 'Plates', 12, '{"cm": 22}'),
    ('Cake plate', 'For one slice', 11.00, 'Plates', 3, '{"cm": 18}'),
    ('House blend', 'Chocolate and nuts', 8.90, 'Coffee', 100, '{"g": 250, "roast": "dark"}'),
    ('Washed Sidamo', 'Lemon and jasmine', 13.90, 'Coffee', 25, '{"g": 250, "roast": "light"}'),
    ('Sample bag', 'One with every order', 0.00, 'Coffee', 500, '{"g": 20}'),
    ('Desk lamp', 'Bends both ways', 79.00, 'Lamps', 5, '{"lumen": 400}'),
    ('Paper lantern', 'Folds flat', 15.00, 'Lamps', 0, '{"lumen": 250}')
) AS item (name, description, price, category, stock, attributes)
JOIN categories ON categories.name = item.category;
